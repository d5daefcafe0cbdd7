import { english } from '../i18n/speech';

/** Numbers and durations as English says them: for the texts that are not translated. */
export const number = (value: number): string => english.number(value);
export const decimals = (value: number | undefined | null, digits: number): string => english.decimals(value, digits);
export const percent = (value: number | undefined | null): string => english.percent(value);
export const duration = (seconds: number): string => english.duration(seconds);

const SCALES: [number, string][] = [
  [1e18, 'quintillion'],
  [1e15, 'quadrillion'],
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
];

/** "3.2 trillion" */
export function large(value: number): string {
  const scale = SCALES.find(([size]) => value >= size);
  if (!scale) return number(value);
  const scaled = value / scale[0];
  return `${scaled < 10 ? scaled.toFixed(1).replace(/\.0$/, '') : scaled.toFixed(0)} ${scale[1]}`;
}

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${number(amount)} ${amount === 1 ? one : many}`;
}

/** A sentence in which no line ends between a number and what it counts. */
export function unbroken(sentence: string): string {
  return sentence.replace(/(\d) (?=%|nats|points|seeds?\b|pairs)/g, '$1\u00a0');
}
