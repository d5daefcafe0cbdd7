import { describe, expect, it } from 'vitest';
import { experimentOf, experiments } from './experiment';
import { HANDLES, apart, apartWords, drawables, handleSteps, measuredAt, stroke } from './guess';

const capability = experimentOf('capability');
const point = (step: number, median: number) => ({ step, median, min: median, max: median });

it.each(experiments)('there is a curve to draw in $id, each once, and a run begins within its range', (experiment) => {
  const all = drawables(experiment);
  expect(all.length).toBeGreaterThan(0);
  expect(new Set(all.map(({ metric }) => metric)).size).toBe(all.length);
  for (const { low, high, notch } of all) expect((high - low) / notch).toBeGreaterThanOrEqual(20 - 1e-9);
});

it('the handles stand at the first step, at the last, and at whole steps between', () => {
  expect(handleSteps(600)).toEqual([0, 75, 150, 225, 300, 375, 450, 525, 600]);
  expect(handleSteps(3)).toHaveLength(HANDLES);
  expect(handleSteps(3).every(Number.isInteger)).toBe(true);
});

describe('a stroke', () => {
  const flat = new Array<number>(HANDLES).fill(0);
  it('moves one handle, or all that it passed over, either way', () => {
    expect(stroke(flat, { index: 2, level: 0.5 }, { index: 2, level: 0.7 })).toEqual([0, 0, 0.7, 0, 0, 0, 0, 0, 0]);
    expect(stroke(flat, { index: 1, level: 1 }, { index: 3, level: 0 })).toEqual([0, 1, 0.5, 0, 0, 0, 0, 0, 0]);
    expect(stroke(flat, { index: 4, level: 0 }, { index: 2, level: 1 })).toEqual([0, 0, 1, 0.5, 0, 0, 0, 0, 0]);
  });
});

describe('how far a drawn curve is from a measured one', () => {
  const points = [point(0, 0), point(40, 0.4), point(80, 0.8)];

  it('is measured between the points, never beyond them', () => {
    expect(measuredAt(points, 20)).toBeCloseTo(0.2, 12);
    expect(measuredAt(points, 40)).toBe(0.4);
    expect(measuredAt(points, 81)).toBeUndefined();
    expect(measuredAt(points.slice(1), 10)).toBeUndefined();
    expect(measuredAt([], 0)).toBeUndefined();
  });

  it('is zero for a perfect guess, and the mean and the largest distance else', () => {
    const perfect = handleSteps(80).map((step) => step / 100);
    expect(apart(perfect, 80, points)?.average).toBeCloseTo(0, 12);
    const off = perfect.map((level, index) => (index === 4 ? level + 0.45 : level));
    const found = apart(off, 80, points);
    expect(found?.average).toBeCloseTo(0.05, 12);
    expect(found?.largest).toMatchObject({ step: 40, measured: 0.4 });
    expect(found && apartWords(capability, 'add', found)).toBe(
      'On average your curve was 5 percentage points away from the measured one. It was farthest away at step 40, by 45 percentage points: you drew 85 %, measured was 40 %.',
    );
  });

  it('counts only as far as the run came, and says so', () => {
    const found = apart(new Array<number>(HANDLES).fill(1), 160, points);
    expect(found?.compared).toBe(5);
    expect(found && apartWords(capability, 'kl', found)).toContain('at 5 of 9 places');
    expect(apart(new Array<number>(HANDLES).fill(1), 160, [])).toBeUndefined();
  });
});
