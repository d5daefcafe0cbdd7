/** What the picture of a link says. It is drawn seldom, so what it said when it was drawn is kept beside it, in share.json. */

export interface Reference {
  seeds: number[];
  final: { arm: string; metric: string; mean: number }[];
  teachers: { metric: string; value: number }[];
}

export interface Bar {
  name: string;
  colour: string;
  /** From 0 to 1; not a number where the reference has none. */
  share: number;
  text: string;
}

/** As the pages write it: what is not quite all is not said to be all. */
const percent = (share: number): string => `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)} %`;

/** Right answers by teacher and students. */
export function barsOf(reference: Reference): Bar[] {
  const bar = (name: string, colour: string, share = NaN): Bar => ({ name, colour, share, text: percent(share) });
  const of = (arm: string): number | undefined => reference.final.find((one) => one.arm === arm && one.metric === 'accuracy')?.mean;
  return [
    bar('The teacher', 'var(--ink)', reference.teachers.find(({ metric }) => metric === 'accuracy')?.value),
    bar('A copy of its probabilities', 'var(--arm-1)', of('logits')),
    bar('A copy of its text', 'var(--arm-2)', of('text')),
    bar('No teacher, a tenth of the data', 'var(--arm-3)', of('scratch')),
  ];
}

/** Every word and number that depends on the reference. */
export function saidBy(reference: Reference): string[] {
  return [...barsOf(reference).map(({ name, text }) => `${name}: ${text}`), `runs: ${reference.seeds.length}`];
}
