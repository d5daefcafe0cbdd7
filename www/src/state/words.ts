import type { Phase } from '../wasm/stillroom.js';

/** Numbers and durations as people say them. */
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function number(value: number): string {
  return whole.format(value);
}

export function decimals(value: number | undefined | null, digits: number): string {
  return value == null || !Number.isFinite(value) ? 'not measured' : value.toFixed(digits);
}

export function percent(value: number | undefined | null): string {
  return value == null || !Number.isFinite(value) ? 'not measured' : `${(100 * value).toFixed(value > 0.995 && value < 1 ? 1 : 0)} %`;
}

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

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return 'unknown';
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return seconds < 1.5 ? '1 second' : `${Math.round(seconds)} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
}

export const PHASES: Record<Phase, string> = {
  buying: 'Buying answers from the teacher',
  training: 'Training the students',
  evaluating: 'Measuring the students',
  finished: 'Finished',
};

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${number(amount)} ${amount === 1 ? one : many}`;
}
