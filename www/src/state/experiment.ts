import catalogue from '../generated/experiments.json';

/** One experiment in words. `src/generated/experiments.json` is written by the engine, so that both tell the same story. */
export interface Experiment {
  id: string;
  title: string;
  question: string;
  hypothesis: string;
  falsifiedIf: string;
  arms: ArmText[];
  metrics: { id: string; label: string; unit: string; describe: string }[];
  thresholds: { id: string; hypothesis: string; rule: string }[];
  cautions: string[];
  citations: { text: string; url: string }[];
  settings: SettingRow[];
}

export interface ArmText {
  id: string;
  label: string;
  short: string;
  describe: string;
  trained: boolean;
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
  kind: 'integer' | 'number' | 'choice' | 'arms';
  min: number | null;
  max: number | null;
  step: number | null;
  default: Value;
  unit: string;
  choices: Choice[];
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
