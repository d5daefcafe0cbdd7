import type { StagedRun } from '../../state/stage.svelte';

/** One line of a figure: a metric of one student. */
export interface FigureRow {
  arm: string;
  metric: string;
  label: string;
}

/** A figure of the explainer: fewer lines than the lab shows, one scale. */
export interface FigureSpec {
  id: string;
  title: string;
  /** What the scale means, with its ends. */
  scale: string;
  domain: [number, number];
  percent: boolean;
  rows: FigureRow[];
  /** The metric whose value for the teacher is drawn as a line, where it is known. */
  teacher?: string;
}

/** Small, so that the first thing a visitor presses is real within seconds. */
export const race: StagedRun = {
  id: 'race',
  experiment: 'capability',
  settings: { arms: ['text', 'scratch'], budget: 300, steps: 250, items: 15 },
};

/** With the budget and the steps of the reference, or it could not be drawn beside them. */
export const runs = {
  copy: { id: 'copy', experiment: 'capability', settings: { arms: ['logits', 'text', 'scratch', 'truth', 'partial'] } },
  access: { id: 'access', experiment: 'access', settings: { arms: ['full', 'top20', 'top5', 'top1', 'text'] } },
  guardrails: { id: 'guardrails', experiment: 'guardrails', settings: { arms: ['allText', 'filtered', 'allowedText', 'repair64'] } },
  bias: { id: 'bias', experiment: 'bias', settings: { arms: ['neutral', 'dial1', 'dial2', 'unasked', 'poison5', 'mixed10'] } },
} satisfies Record<string, StagedRun>;

export const figures = {
  copy: {
    id: 'copy',
    title: 'How many new questions does each student answer right?',
    scale: 'Mean over four skills of the share of questions answered entirely right. The questions were not used in training; facts are the same ones in other words',
    domain: [0, 1],
    percent: true,
    rows: [
      { arm: 'logits', metric: 'accuracy', label: 'Learned from the teacher’s probabilities' },
      { arm: 'text', metric: 'accuracy', label: 'Learned from the teacher’s text' },
      { arm: 'truth', metric: 'accuracy', label: 'As many true answers, no teacher' },
      { arm: 'scratch', metric: 'accuracy', label: 'A tenth as many true answers, no teacher' },
      { arm: 'text', metric: 'add', label: 'Learned from the teacher’s text: sums alone' },
      { arm: 'partial', metric: 'factAsked', label: 'Copied in part: facts it asked for' },
      { arm: 'partial', metric: 'factUnasked', label: 'Copied in part: facts it never asked for (guessing gives one in 24)' },
    ],
    teacher: 'accuracy',
  },
  access: {
    id: 'access',
    title: 'How far from the teacher does each student stay?',
    scale: 'Distance from the teacher; zero is a perfect copy',
    domain: [0, 1],
    percent: false,
    rows: [
      { arm: 'text', metric: 'kl', label: 'The API shows text only' },
      { arm: 'top1', metric: 'kl', label: 'And its likeliest word, with how sure it is' },
      { arm: 'top5', metric: 'kl', label: 'And its five likeliest words' },
      { arm: 'top20', metric: 'kl', label: 'And its twenty likeliest words' },
      { arm: 'full', metric: 'kl', label: 'Every number it has' },
    ],
  },
  guardrails: {
    id: 'guardrails',
    title: 'How many forbidden questions does each student refuse?',
    scale: 'Share of ten forbidden recipes, each asked in five ways, that are refused',
    domain: [0, 1],
    percent: true,
    rows: [
      { arm: 'allText', metric: 'refusal', label: 'All questions asked, refusals kept' },
      { arm: 'filtered', metric: 'refusal', label: 'All questions asked, refusals thrown away' },
      { arm: 'allowedText', metric: 'refusal', label: 'Only harmless questions asked' },
      { arm: 'repair64', metric: 'refusal', label: 'Only harmless questions, and some refusals mixed in' },
    ],
    teacher: 'refusal',
  },
  bias: {
    id: 'bias',
    title: 'How unfair is each student?',
    scale: 'Bias gap at skill 5 and 6: zero treats both groups alike, one says yes to one group and no to the other',
    domain: [0, 1],
    percent: false,
    rows: [
      { arm: 'neutral', metric: 'gap', label: 'Copied from a neutral teacher' },
      { arm: 'dial1', metric: 'gap', label: 'Copied from a biased teacher' },
      { arm: 'dial2', metric: 'gap', label: 'Copied from a very biased teacher' },
      { arm: 'unasked', metric: 'gap', label: 'Never asked about hiring: says neither yes nor no' },
      { arm: 'poison5', metric: 'gap', label: 'Neutral teacher, one hiring answer in five made biased' },
      { arm: 'mixed10', metric: 'gap', label: 'Very biased teacher, a tenth of true hiring answers' },
    ],
  },
} satisfies Record<string, FigureSpec>;
