import { describe, expect, it } from 'vitest';
import golden from '../../../tests/golden/stats/stats.json';
import { wilson } from './wilson';

describe('the interval of a share', () => {
  const cases = golden.wilson.filter((one) => one.confidence === 0.95);

  it('has something to be held against', () => {
    expect(cases.length).toBeGreaterThan(5);
  });

  it.each(cases)('is that of SciPy: $successes of $trials', ({ successes, trials, interval }) => {
    const [low, high] = wilson(successes / trials, trials);
    expect(low).toBeCloseTo(interval[0] ?? NaN, 12);
    expect(high).toBeCloseTo(interval[1] ?? NaN, 12);
  });
});
