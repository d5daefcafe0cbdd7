import type { TeacherName } from '../wasm/stillroom.js';

/** The words of *Look inside*. */
export const inspectWords = {
  title: 'Look inside',
  lede: 'A language model writes one word at a time. Before each word it gives every word that it knows a chance. Here you see those chances: the teacher’s and the students’, after the very same words.',
  needsDevice:
    'Looking inside needs the models themselves, on a device that computes. This run was recorded: its measurements were kept, and its models were not. A browser with WebGPU or WebAssembly shows this part.',
  opened: 'A run file holds what was measured and not the models. Go back to this device to look inside.',
  elsewhere: 'The models on this device are of another experiment. Those of this one can be looked into once it has been started.',
  opening: 'The teacher is not ready yet.',
  notStarted: 'The students have not begun: you see them with their random first numbers. Press Start, and they are kept at every measurement.',
  temperature: {
    low: 'Below 1 the likeliest word grows and the rest shrinks.',
    one: 'At 1 these are the chances that the models really use.',
    high: 'Above 1 small chances grow. Now you see which other words a model finds nearly as likely. Hinton, who wrote of distillation in 2015, called this “dark knowledge”. Text hides it. Probabilities give it away.',
  },
  attention:
    'To choose a word, a model looks back at the words before it. It does so in several layers, each with four heads. The stronger the colour of a square, the harder the word on its left looks at the word above it. Where a head looks is a hint at what it does. It is no proof of why the model chose its word.',
  compare: 'Any two students of this run: how often do they hold the same word most likely?',
  slow: 'One training step, slowly. You see what the teacher and one student hold likely at the word chosen above. Take a step, and see what moved.',
};

export const teacherNames: Record<TeacherName, string> = {
  main: 'Main teacher',
  imperfect: 'Imperfect teacher',
  guarded: 'Teacher that refuses',
  biased1: 'Teacher, one point biased',
  biased2: 'Teacher, two points biased',
  quirky: 'Teacher with a favourite',
  untrained: 'Untrained model',
};

/** How far two distributions are from each other, in words. */
export function distance(kl: number): string {
  if (kl < 0.005) return 'the same, as good as';
  if (kl < 0.05) return 'very close';
  if (kl < 0.3) return 'close';
  if (kl < 1) return 'some way off';
  return 'far off';
}

/** As many words with even chances would be as hard to guess. */
export function choices(entropy: number): string {
  const many = Math.exp(entropy);
  if (many < 1.05) return 'sure of one word';
  return `as unsure as between ${many < 10 ? many.toFixed(1) : many.toFixed(0)} words`;
}

/** A word as it is shown: the model's own signs have names. */
export function shown(word: string | undefined): string {
  if (word === '[EOS]') return '(end)';
  if (word === '[BOS]') return '(start)';
  if (word === '[PAD]') return '(filler)';
  return word ?? '';
}

/** Whether the visitor may put the word into an answer. */
export function isSayable(word: string): boolean {
  return !word.startsWith('[');
}
