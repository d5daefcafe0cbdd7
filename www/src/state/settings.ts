import type { Settings } from '../wasm/stillroom.js';
import { check, echo } from './check';
import { experiments, sameValue, type Experiment, type SettingRow, type Value, type Values } from './experiment';
import { number } from './words';

/** A value as the form says it: choices by their labels, numbers with their unit. */
export function valueWords(row: SettingRow, value: Value | undefined): string {
  if (value === undefined) return 'not said';
  if (Array.isArray(value)) return value.map((one) => labelOf(row, one)).join(', ') || 'none';
  if (row.kind === 'choice') return labelOf(row, String(value));
  const words = typeof value !== 'number' ? echo(value) : Number.isInteger(value) ? number(value) : String(value);
  return row.unit ? `${words} ${row.unit}` : words;
}

function labelOf(row: SettingRow, value: string): string {
  return row.choices.find((choice) => choice.value === value)?.label ?? echo(value);
}

export interface SettingChange {
  key: string;
  label: string;
  before: string;
  after: string;
}

/** The settings in which two runs of an experiment differ, in the order of its form. Of a list only what is in one of them. */
export function settingChanges(experiment: Experiment, before: Values, after: Values): SettingChange[] {
  return experiment.settings.flatMap((row): SettingChange[] => {
    const [old, now] = [before[row.key], after[row.key]];
    if (sameValue(old, now) || (old == null && now == null)) return [];
    const { key, label } = row;
    if (!Array.isArray(old) || !Array.isArray(now)) return [{ key, label, before: valueWords(row, old), after: valueWords(row, now) }];
    // Their order is the form's, or a file's, and says nothing.
    const [gone, come] = [old.filter((one) => !now.includes(one)), now.filter((one) => !old.includes(one))];
    if (!gone.length && !come.length) return [];
    const only = (list: string[]): string => (list.length ? `with ${valueWords(row, list)}` : 'without');
    return [{ key, label, before: only(gone), after: only(come) }];
  });
}

/** What a run is called until somebody names it: what differs from the defaults, and its seed. */
export function nameOf(experiment: Experiment, settings: Values): string {
  const unusual = experiment.settings.filter(({ key, default: usual }) => key !== 'seed' && settings[key] !== undefined && !sameValue(settings[key], usual));
  // A list says least in few words.
  const changed = [...unusual.filter((row) => row.kind !== 'arms'), ...unusual.filter((row) => row.kind === 'arms')];
  const parts = changed.slice(0, 2).map((row) => {
    const value = settings[row.key];
    return Array.isArray(value) ? `${value.length} ${row.label.toLowerCase()}` : `${row.label.toLowerCase()} ${valueWords({ ...row, unit: '' }, value)}`;
  });
  const more = changed.length > 2 ? [`${changed.length - 2} more`] : [];
  return [`seed ${Number(settings['seed'] ?? 0)}`, ...parts, ...more].join(', ');
}

/** The settings of a run as its form takes them, and one phrase for each that does not fit. */
export function formValues(experiment: Experiment, settings: Settings): { values: Values; misfits: string[] } {
  const given = settings as Record<string, unknown>;
  const values: Values = {};
  const misfits: string[] = [];
  for (const row of experiment.settings) {
    const value = given[row.key];
    const usual = `${row.label.toLowerCase()} ${Array.isArray(row.default) ? 'as usual' : valueWords(row, row.default)}`;
    if (value == null) {
      values[row.key] = row.default;
      misfits.push(`it does not say ${row.key}, so ${usual} is taken`);
      continue;
    }
    const checked = check(row, value);
    values[row.key] = 'value' in checked ? checked.value : row.default;
    if ('problem' in checked) misfits.push(`${checked.problem}, so ${usual} is taken`);
  }
  for (const [key, value] of Object.entries(given)) {
    if (key === 'experiment' || value == null || experiment.settings.some((row) => row.key === key)) continue;
    // The engine writes every setting that there is; one that this experiment does not use matters only if somebody changed it.
    const row = experiments.flatMap((one) => one.settings).find((one) => one.key === key);
    if (!row || !sameValue(row.default, value as Value)) misfits.push(`“${echo(key)}” is no setting of this experiment here`);
  }
  return { values, misfits };
}
