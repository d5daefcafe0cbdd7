import type { Settings, Spectrum, TeacherName, Verdict } from '../wasm/stillroom.js';
import { experiments, sameValue, type Experiment, type SettingRow, type Values } from './experiment.ts';
import { prose, settings, spectra, teacherName, verdicts, word } from './parts.ts';
import { Misfit, among, count, finite, listOf, maybe, record, type Shape } from './shape.ts';

export const FORMAT = 'stillroom.bands';
export const VERSION = 1;

/** Many seeds of an experiment, computed beforehand by the same code: what a run of one seed is to be seen against. */
export interface Bands {
  experiment: string;
  settings: Settings;
  stillroom: string;
  commit: string;
  device: string;
  seeds: number[];
  runs: number;
  failed: number;
  /** Of computing, all runs together. */
  seconds: number;
  /** Interim measurements, on the validation questions; `low` and `high` are the 5th and the 95th percentile over the seeds. */
  curves: BandCurve[];
  /** The last measurement, on the test questions. */
  final: BandEnd[];
  /** The teachers, on the same questions. */
  teachers: { teacher: TeacherName; metric: string; value: number }[];
  verdicts: Verdict[];
  spectra: Spectrum[];
}

export interface BandCurve {
  arm: string;
  metric: string;
  steps: number[];
  median: number[];
  low: number[];
  high: number[];
}

export interface BandEnd {
  arm: string;
  metric: string;
  n: number;
  failed: number;
  mean: number;
  median: number;
  low: number;
  high: number;
  /** Of the mean, where enough seeds were run. */
  interval: [number, number] | null;
}

const MOST_POINTS = 10_000;
const numbers = listOf(finite, MOST_POINTS);
const pair: Shape = (value, path) => {
  numbers(value, path);
  if ((value as number[]).length !== 2) throw new Misfit(path, 'a pair of numbers');
};

const shape = record({
  format: among(FORMAT),
  version: count,
  experiment: word,
  settings,
  stillroom: word,
  commit: word,
  device: prose,
  seeds: listOf(count, 10_000),
  runs: count,
  failed: count,
  seconds: finite,
  curves: listOf(
    record({ arm: word, metric: word, steps: listOf(count, MOST_POINTS), median: numbers, low: numbers, high: numbers }),
    2_000,
  ),
  final: listOf(
    record({
      arm: word,
      metric: word,
      n: count,
      failed: count,
      mean: finite,
      median: finite,
      low: finite,
      high: finite,
      interval: maybe(pair),
    }),
    2_000,
  ),
  teachers: listOf(record({ teacher: teacherName, metric: word, value: finite }), 1_000),
  verdicts,
  spectra,
});

/** Reads the reference of an experiment. Throws where anything in it does not fit: then there is none. */
export function readBands(content: string, id: string): Bands {
  const value: unknown = JSON.parse(content);
  const head = value as { version?: unknown } | null;
  if (head?.version !== VERSION) throw new Misfit('version', String(VERSION));
  shape(value, '');
  const bands = value as Bands;
  const experiment = experiments.find((one) => one.id === id);
  if (!experiment || bands.experiment !== id || bands.settings.experiment !== id) throw new Misfit('experiment', id);
  if (!bands.seeds.length) throw new Misfit('seeds', 'a list of at least one');
  checkArms(bands, experiment);
  bands.curves.forEach(checkCurve);
  bands.final.forEach((end, index) => {
    if (end.low > end.median || end.median > end.high) throw new Misfit(`final[${index}]`, 'in order');
  });
  return bands;
}

function checkArms(bands: Bands, experiment: Experiment): void {
  const known = among(...experiment.arms.map((arm) => arm.id));
  bands.curves.forEach(({ arm }, index) => known(arm, `curves[${index}].arm`));
  bands.final.forEach(({ arm }, index) => known(arm, `final[${index}].arm`));
}

function checkCurve({ steps, median, low, high }: BandCurve, at: number): void {
  if ([median, low, high].some((list) => list.length !== steps.length)) throw new Misfit(`curves[${at}]`, 'of one length');
  const fits = steps.every(
    (step, index) =>
      step > (steps[index - 1] ?? -1) &&
      (low[index] as number) <= (median[index] as number) &&
      (median[index] as number) <= (high[index] as number),
  );
  if (!fits) throw new Misfit(`curves[${at}]`, 'in order');
}

/** First who is asked, then how much, which every experiment has, then what only this one has. */
function place({ key }: SettingRow): number {
  if (key === 'teacher') return 0;
  return experiments.every(({ settings }) => settings.some((row) => row.key === key)) ? 1 : 2;
}

/** In which settings that matter the two differ, as people call them. What an experiment's table lacks, the engine fills in, always alike. */
export function differences(experiment: Experiment, bands: Pick<Bands, 'settings'>, settings: Settings): string[] {
  const [theirs, ours] = [{ ...bands.settings }, { ...settings }] as [Partial<Values>, Partial<Values>];
  return experiment.settings
    .filter(({ key, matters }) => matters && theirs[key] != null && ours[key] != null && !sameValue(theirs[key], ours[key]))
    .sort((a, b) => place(a) - place(b))
    .map(({ name }) => name);
}

export function curveOf(bands: Bands | undefined, arm: string, metric: string): BandCurve | undefined {
  return bands?.curves.find((curve) => curve.arm === arm && curve.metric === metric);
}

export function endOf(bands: Pick<Bands, 'final'> | undefined, arm: string, metric: string): BandEnd | undefined {
  return bands?.final.find((end) => end.arm === arm && end.metric === metric);
}
