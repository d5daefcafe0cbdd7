import catalogue from '../generated/experiments.json' with { type: 'json' };

/** One experiment in words. `src/generated/experiments.json` is written by the engine, so that both tell the same story. */
export interface Experiment {
  id: string;
  title: string;
  question: string;
  hypothesis: string;
  falsifiedIf: string;
  arms: ArmText[];
  metrics: Metric[];
  figures: FigureText[];
  thresholds: { id: string; hypothesis: string; rule: string }[];
  /** What is known of the reasons where a reference came out against a hypothesis. */
  against: { id: string; text: string }[];
  cautions: string[];
  citations: { text: string; url: string }[];
  settings: ExperimentRow[];
  /** Questions that a visitor may start from. */
  examples: string[];
}

export interface ArmText {
  id: string;
  label: string;
  short: string;
  describe: string;
  trained: boolean;
}

/** One number that is measured of every student. A unit of `%` means a share from 0 to 1. */
export interface Metric {
  id: string;
  label: string;
  unit: string;
  describe: string;
}

export interface FigureText {
  id: string;
  title: string;
  note: string;
  kind: FigureKind;
  panels: PanelText[];
  canLog: boolean;
}

/**
 * `lines`: over training steps. `arms`: the latest value by arm. `bits`: against what the API exposes. `inheritance`: against the
 * teacher's own value. `cost`: the three totals. `spectrum`: singular values.
 */
export type FigureKind = 'lines' | 'arms' | 'bits' | 'inheritance' | 'cost' | 'spectrum';

/** One chart of a figure; `level` is what its metric is compared with. */
export interface PanelText {
  metric: string;
  label: string;
  level: 'none' | 'teacher' | 'entropy' | 'chance';
}

export interface Choice {
  value: string;
  label: string;
  help: string;
}

/** One setting. The form, the address, the checks and the help are all made of this row. */
export interface SettingRow {
  key: string;
  label: string;
  help: string;
  /** `arms`: at least one of the choices; `list`: any number of them, none too. */
  kind: 'integer' | 'number' | 'choice' | 'arms' | 'list';
  min: number | null;
  max: number | null;
  step: number | null;
  default: Value;
  unit: string;
  choices: Choice[];
}

/** A setting of an experiment. */
export interface ExperimentRow extends SettingRow {
  /** What it is called within a sentence. */
  name: string;
  /** Whether runs with two values of it are of two things. */
  matters: boolean;
}

export type Value = string | number | string[];
export type Values = Record<string, Value>;

export const experiments = catalogue as unknown as Experiment[];

/** The experiment of that name, else the first one. */
export function experimentOf(id: string | undefined): Experiment {
  const found = experiments.find((experiment) => experiment.id === id) ?? experiments[0];
  if (!found) throw new Error('The page was built without an experiment.');
  return found;
}

export function defaultsOf(rows: SettingRow[]): Values {
  return Object.fromEntries(rows.map((row) => [row.key, row.default]));
}

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.join() === b.join() : a === b;
}

export function metricOf(experiment: Experiment, id: string): Metric | undefined {
  return experiment.metrics.find((metric) => metric.id === id);
}

/** Whether the metric is a share, from 0 to 1. */
export function isShare(experiment: Experiment, id: string): boolean {
  return metricOf(experiment, id)?.unit === '%';
}
