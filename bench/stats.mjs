// Numbers about numbers.

/** The p-th quantile, interpolated; NaN of nothing. */
export function quantile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  if (!sorted.length) return NaN;
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

/** The second half: what came before is warming up. */
export const secondHalf = (values) => values.slice(Math.floor(values.length / 2));

/** The largest difference of two lists of losses relative to the second, over the steps that both have. */
export function largestDifference(losses, reference) {
  const steps = Math.min(losses.length, reference.length);
  let largest = 0;
  for (let step = 0; step < steps; step++) {
    const difference = Math.abs(losses[step] - reference[step]) / Math.abs(reference[step]);
    // A loss that is no number differs by as much as can be (and as JSON can hold).
    largest = Math.max(largest, Number.isFinite(difference) ? difference : Number.MAX_VALUE);
  }
  return { steps, largest };
}

/**
 * Whether a series of [step, bytes] grew: its size at step `settled` (not the most until then, which may have been given back),
 * the most after it. Without a point on each side nothing can be said, and `grew` is null.
 */
export function growth(series, settled) {
  const before = series.filter(([step]) => step <= settled).at(-1)?.[1] ?? null;
  const later = series.filter(([step]) => step > settled).map(([, bytes]) => bytes);
  const after = later.length ? Math.max(...later) : null;
  return { settled, before, after, grew: before === null || after === null ? null : after > before };
}

/** Kept to so many significant digits, so that files stay readable. */
export const significant = (value, digits = 6) => (Number.isFinite(value) ? Number(value.toPrecision(digits)) : value);

/** The same for every number in a list, a record, or both. */
export function rounded(value, digits = 6) {
  if (typeof value === 'number') return Number.isInteger(value) ? value : significant(value, digits);
  if (Array.isArray(value)) return value.map((item) => rounded(item, digits));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item, digits)]));
  return value;
}
