/** What the four skills with exact answers are called. */
export const skillNames: Record<'add' | 'sort' | 'fact' | 'brew', string> = {
  add: 'Sums (a rule)',
  sort: 'Sorting letters (a rule)',
  fact: 'Facts (by heart)',
  brew: 'Naming brews (put together)',
};

/** The words of the first page that belong to no experiment. */
export const words = {
  name: 'Stillroom',
  headline: 'Watch one language model being copied into another',
  lede: 'A stillroom is where a house distils. In this one, a small language model learns from the answers of a larger one. It happens now, in this page, on your own device.',
  caution: 'A tiny invented world: it shows how copying works, not what any company did.',
  noServer: 'Nothing you do here leaves your device.',
  parts: [
    {
      name: 'The teacher',
      text: 'A language model that was trained before you came. In its small world it can add, put letters in order, recall facts about people who do not exist, name brews and tell one-line stories.',
    },
    {
      name: 'The answers',
      text: 'The students never see inside the teacher. They buy answers, up to a fixed number of questions. Some get the written words only, some also see how likely the teacher found every other word.',
    },
    {
      name: 'The students',
      text: 'Smaller models that begin with the same random numbers and train equally long. All that differs is what they learn from. To copy a model like this is called distillation.',
    },
  ],
  sampleHelp:
    'Numbers are written digit by digit. A sum is answered from its last digit: 85 is written 5 8 0. A story has no single right answer; any sentence that the world could say counts.',
  prompts: [
    'please 37 + 48 =',
    'please moss + ember =',
    'please colour of tal =',
    'please sort c a h b b =',
    'please story of fox =',
  ],
};
