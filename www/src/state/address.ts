import { t } from '../i18n/i18n.svelte';
import { languages } from '../i18n/languages';
import { NO_WORKER } from '../offline/list';
import { check, echo } from './check';
import { defaultsOf, experimentOf, experiments, sameValue, type Experiment, type SettingRow, type Values } from './experiment';

/** What the page itself takes from its address, as rows like the settings of an experiment. */
export const PAGE_ROWS: SettingRow[] = [
  choiceRow('experiment', 'Experiment', experiments.map((experiment) => experiment.id)),
  choiceRow('backend', 'Device', ['auto', 'webgpu', 'cpu', 'recorded']),
  choiceRow('engine', 'Engine', ['auto', 'plain']),
  choiceRow('nosw', 'Without a service worker', ['no', ...NO_WORKER]),
  // At most so many on the processor; the default is more than are ever of use.
  { key: 'threads', label: 'Threads', help: '', kind: 'integer', min: 1, max: 64, step: 1, default: 64, unit: '', choices: [] },
  choiceRow('theme', 'Colours', ['auto', 'light', 'dark']),
  choiceRow('lang', 'Language', languages.map((language) => language.code)),
];

/** Those that hold on every page of the site. */
export const SITE_ROWS = PAGE_ROWS.filter((row) => row.key !== 'experiment');

export function choiceRow(key: string, label: string, names: string[]): SettingRow {
  const choices = names.map((value) => ({ value, label: value, help: '' }));
  return { key, label, help: '', kind: 'choice', min: null, max: null, step: null, default: names[0] ?? '', unit: '', choices };
}

export interface Address {
  /** One value for every row: what the address says where it fits, else the default. */
  values: Values;
  /** What was not used, one phrase each, fit to be shown. */
  ignored: string[];
}

const LONGEST_ADDRESS = 2_000;
const MOST_NAMED = 6;

/**
 * Reads `?key=value&...`. Nothing in it can fail: what does not fit is left at its default and named, in the language of the
 * interface at that time.
 */
export function readAddress(search: string, rows: SettingRow[]): Address {
  const values = defaultsOf(rows);
  const query = search.replace(/^\?/, '');
  if (query === '') return { values, ignored: [] };
  if (query.length > LONGEST_ADDRESS) {
    return { values, ignored: [t('problem.long', { most: String(LONGEST_ADDRESS) })] };
  }
  const ignored: string[] = [];
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const key = decode(at < 0 ? part : part.slice(0, at));
    const text = decode(at < 0 ? '' : part.slice(at + 1));
    if (key === undefined || text === undefined) {
      ignored.push(t('problem.malformed', { part: echo(part) }));
      continue;
    }
    const row = rows.find((candidate) => candidate.key === key);
    if (!row) {
      ignored.push(t('problem.unknown', { key: echo(key) }));
    } else if (seen.has(key)) {
      twice.add(key);
    } else {
      seen.add(key);
      const checked = check(row, text);
      if ('value' in checked) values[key] = checked.value;
      else ignored.push(checked.problem);
    }
  }
  for (const key of twice) {
    const row = rows.find((candidate) => candidate.key === key);
    if (row) values[key] = row.default;
    ignored.push(t('problem.twice', { key }));
  }
  const more = ignored.length - MOST_NAMED;
  return { values, ignored: more > 0 ? [...ignored.slice(0, MOST_NAMED), t('problem.more', { count: more })] : ignored };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** The address of these values: only what differs from the defaults. Empty, or with its question mark. */
export function writeAddress(values: Values, rows: SettingRow[]): string {
  const parts = rows.flatMap((row) => {
    const value = values[row.key];
    if (value === undefined || sameValue(value, row.default)) return [];
    const text = Array.isArray(value) ? value.map(encodeURIComponent).join(',') : encodeURIComponent(String(value));
    return [`${row.key}=${text}`];
  });
  return parts.length ? `?${parts.join('&')}` : '';
}

export interface PageAddress {
  experiment: Experiment;
  /** Values of the page's own rows. */
  page: Values;
  /** Values of the experiment's settings. */
  values: Values;
  /** Values of the rows that only this page has. */
  more: Values;
  ignored: string[];
}

/** Rows that a page has beside those of all pages. */
export type MoreRows = (experiment: Experiment) => SettingRow[];
const noMore: MoreRows = () => [];

/** Reads an address whose experiment says which settings there are. */
export function readPageAddress(search: string, moreOf = noMore): PageAddress {
  const experiment = experimentOf(String(readAddress(search, PAGE_ROWS).values['experiment']));
  const more = moreOf(experiment);
  const { values, ignored } = readAddress(search, [...PAGE_ROWS, ...more, ...experiment.settings]);
  const pick = (rows: SettingRow[]): Values => Object.fromEntries(rows.map((row) => [row.key, values[row.key] ?? row.default]));
  return { experiment, page: pick(PAGE_ROWS), values: pick(experiment.settings), more: pick(more), ignored };
}

export function writePageAddress(experiment: Experiment, page: Values, values: Values, more: Values = {}, moreOf = noMore): string {
  return writeAddress({ ...page, ...values, ...more, experiment: experiment.id }, [...PAGE_ROWS, ...moreOf(experiment), ...experiment.settings]);
}
