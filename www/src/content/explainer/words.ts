/** The text of the explainer that belongs to no chapter. Marks as in `chapters.ts`. Its interface speaks through `i18n`. */
export const words = {
  what: {
    title: 'What is distillation?',
    text: [
      'A language model guesses the next word. It has read a great deal of text, and each guess that turned out wrong has moved the numbers inside it a little. There can be billions of such numbers, the [[parameters]]. To set them takes vast amounts of text, chips and power.',
      '[[distillation|Distillation]] is a shorter way. One model, the [[teacher]], answers questions. Another, the [[student]], learns to give the same answers. It need not read what the teacher read. It need not even see inside it. The answers are enough to learn from. Copies of large models often start from a base model that has read a great deal already.',
      'The idea is old. In 2015 three researchers let a small network learn to read digits. Alone it made 146 errors. Taught by a large network it made 74. The large one made 67 [@hinton]. DeepSeek, for one, has distilled its own R1 into smaller models [@r1]. What is disputed is to distil a model that belongs to somebody else.',
      'A student can be shown more or less. At the least, it sees what the teacher wrote. At the most, it also sees the teacher’s [[probabilities]]: how likely each other word would have been. That is richer, as a teacher who says “B, but C was close” is a better one than a teacher who says “B”.',
    ],
  },
  how: {
    title: 'How to read the experiments',
    text: [
      'The models in the news are far too large for a web page. Ours are tiny, and they live in an invented world. It has sums, letters to sort, facts about things that do not exist, brews with names, one-line stories, and two made-up groups who ask for work. A program knows every right answer, so each answer but the stories is graded exactly.',
      'Press a button and the models are trained on your device. Nothing that you do here is sent anywhere. One run is an anecdote, so each figure can also draw the [[reference]]: the same experiment many times over, each with its own [[seed]]. It is drawn in grey, and your run on top of it. What counts as success was fixed in the program and is not chosen after your run.',
      'A toy can show how a thing works. It can show that a claim is possible, or that one thing does not follow from another. It cannot show what a company did, or what anybody meant. That is why every chapter with an experiment ends with what it does not show.',
    ],
  },
  claims: {
    title: 'Who claims what?',
    text: ['These are the words that the dispute turns on. Words in quotation marks are theirs. The rest is our summary.'],
  },
  cost: {
    totals: 'Three totals for one student that learned from text',
    note: 'Multiplications and additions in our small world, from a run that we recorded.',
    student: 'Training the student',
    queries: 'With the teacher’s answers',
    teacher: 'With the training of the teacher',
    prices: 'What the reported prices leave out',
    after: [
      'The three small sums are each the price of a last step. It was taken on a [[base|base model]] that somebody else had paid for, with a teacher that somebody else had paid for. DeepSeek’s sum is of another kind: the last stages on its own base model [@nature]. To set any of them against the full cost of another model, such as the $78 million of computing that one estimate gives for GPT-4 [@index], is to compare unlike things. That estimate is itself not the full cost. Staff and chips make up most of the full cost of developing a model [@epoch].',
      'Research on larger models agrees that the total decides. Where a teacher is already there, or teaches many students, distillation wins up to a point. Where one student is wanted and the teacher must be trained first, ordinary training “is generally preferable” [@busbridge]. And the cost of making a model is not the cost of running it. CAISI found a US model 35 % cheaper to run than DeepSeek’s, at a similar level of skill [@caisi].',
    ],
  },
  close: {
    title: 'Four questions to ask of any claim',
    items: [
      'Which test? Ask how the copy does on tasks that nobody asked the teacher about.',
      'Which total? Ask who paid for the base model and for the teacher.',
      'Compared with what? A model measured after copying says little without the same model before it.',
      'Would an innocent model look the same? If nobody has checked, the evidence is not finished.',
    ],
  },
  about: {
    title: 'About this page',
    text: 'Stillroom is free software. A stillroom is where a house distils. The page comes as plain files, keeps nothing and sends nothing.',
  },
};
