import { among, count, finite, flag, listOf, mapOf, maybe, record, text } from './shape.ts';

/** Shapes of what both a run file and a reference hold. */
export const word = text(200);
export const prose = text(4_000);
export const MOST_MEMBERS = 256;

export const teacherName = among('main', 'imperfect', 'guarded', 'biased1', 'biased2', 'quirky', 'untrained');

export const settings = record({
  experiment: word,
  teacher: maybe(teacherName),
  arms: maybe(listOf(word, 64)),
  hazard: maybe(among('composed', 'memorised')),
  access: maybe(among('full', 'top20', 'top5')),
  temperature: maybe(finite),
  hardLabels: maybe(finite),
  budget: maybe(count),
  steps: maybe(count),
  seed: maybe(count),
  seeds: maybe(count),
  items: maybe(count),
});

export const figures = mapOf(maybe(finite), 64);

export const verdicts = listOf(record({ id: word, hypothesis: prose, holds: maybe(flag), finding: prose }), 100);

export const spectra = listOf(
  record({ defence: word, label: word, values: listOf(finite, 4_096), found: count, drop: finite, truth: count }),
  32,
);
