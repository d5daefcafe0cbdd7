/** Words that the text marks with [[id]]; each is explained in a sentence or two. */
export const glossary = {
  api: { name: 'API', text: 'The door through which a program puts questions to a model that runs somewhere else. Its owner decides what comes out.' },
  base: { name: 'base model', text: 'A model that somebody has already trained on a great deal of text. Copies of large models often start from one.' },
  benchmark: { name: 'benchmark', text: 'A fixed set of test questions that models are compared on.' },
  bias: { name: 'bias gap', text: 'The chance of a yes for one group minus that for another group with the same skill. Zero is no difference; it can also mean that neither hears a yes.' },
  distance: { name: 'distance', text: 'How much more surprised the copy is by the teacher’s choice of words than the teacher itself. Zero is a perfect copy. Papers call it the KL divergence.' },
  distillation: { name: 'distillation', text: 'Training one model on the answers of another.' },
  guardrail: { name: 'guardrail', text: 'What makes a model refuse some requests.' },
  parameters: { name: 'parameters', text: 'The numbers inside a model that training adjusts. More of them can hold more.' },
  probabilities: { name: 'probabilities', text: 'How likely the model held each possible next word, not just the word that it said.' },
  reference: { name: 'reference', text: 'Many runs of the same experiment with different random numbers, made before you came. Drawn in grey.' },
  refusal: { name: 'refusal', text: 'An answer that declines to answer.' },
  seed: { name: 'seed', text: 'The number that random choices start from. Another seed gives another run.' },
  student: { name: 'student', text: 'A small model in training. In most cases it learns from a teacher, and is called the copy.' },
  teacher: { name: 'teacher', text: 'The model whose answers are learned from.' },
  watermark: { name: 'watermark', text: 'A secret habit in a model’s choice of words, which its owner can test for.' },
} as const satisfies Record<string, { name: string; text: string }>;

export type TermId = keyof typeof glossary;
