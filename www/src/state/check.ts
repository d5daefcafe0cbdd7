import { t } from '../i18n/i18n.svelte';
import type { Filling, Key } from '../i18n/speech';
import type { SettingRow, Value } from './experiment';

/** A value that fits its row, or one sentence that says what does not fit. */
export type Checked = { value: Value } | { problem: string };

/** Who says what does not fit: the interface in its language, unless somebody else is given. */
export type Say = (key: Key, filling: Filling) => string;

const LONGEST_ECHO = 32;

/** Outside text as it may be shown: short, printable, on one line. */
export function echo(text: string): string {
  // The cut comes first: the text may be very long.
  const clean = [...text.slice(0, 4 * LONGEST_ECHO)].map((c) => (/[\p{C}\p{Z}]/u.test(c) ? ' ' : c));
  return clean.length > LONGEST_ECHO ? `${clean.slice(0, LONGEST_ECHO).join('')}…` : clean.join('');
}

/** Holds a value from an address, a form or a script against its row. Text and numbers are treated alike. */
export function check(row: SettingRow, value: unknown, say: Say = t): Checked {
  if (row.kind === 'arms' || row.kind === 'list') return checkList(row, value, say);
  if (row.kind === 'choice') return checkChoice(row, value, say);
  return checkNumber(row, value, say);
}

function checkNumber(row: SettingRow, value: unknown, say: Say): Checked {
  const range = row.min !== null && row.max !== null;
  const integer = range ? 'problem.integerRange' : 'problem.integer';
  const any = range ? 'problem.numberRange' : 'problem.number';
  // Ends of ranges as they are typed, without marks between the thousands.
  const filling = { key: row.key, min: String(row.min), max: String(row.max), value: echo(show(value)) };
  const problem = { problem: say(row.kind === 'integer' ? integer : any, filling) };
  // Plain decimal notation only: "1e99", "0x10", "Infinity" and "" are no numbers that a person means here.
  const plain = typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value));
  const number = plain ? Number(value) : NaN;
  if (!Number.isFinite(number)) return problem;
  if (row.kind === 'integer' && !Number.isInteger(number)) return problem;
  if ((row.min !== null && number < row.min) || (row.max !== null && number > row.max)) return problem;
  return { value: number };
}

function checkChoice(row: SettingRow, value: unknown, say: Say): Checked {
  if (typeof value === 'string' && row.choices.some((choice) => choice.value === value)) return { value };
  const names = row.choices.map((choice) => choice.value).join(', ');
  return { problem: say('problem.choice', { key: row.key, names, value: echo(show(value)) }) };
}

function checkList(row: SettingRow, value: unknown, say: Say): Checked {
  const known = row.choices.map((choice) => choice.value);
  const list: unknown[] = Array.isArray(value) ? value : typeof value === 'string' && value !== '' ? value.split(',') : [];
  const strangers = list.filter((item) => !known.includes(item as string));
  const fits = !strangers.length && list.length === new Set(list).size && (list.length > 0 || (row.kind === 'list' && typeof value !== 'number'));
  if (!fits) return { problem: say('problem.list', { key: row.key, names: known.join(', '), value: echo(show(strangers.length ? strangers : value)) }) };
  // In the table's order, so that the same choice is always the same address.
  return { value: known.filter((item) => list.includes(item)) };
}

function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? value.slice(0, 8).map(String).join(',') : 'an object';
}
