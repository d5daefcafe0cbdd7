import { expect, it } from 'vitest';
import { LINE_HEIGHT, movedApart } from './labels';

it('leaves texts alone that have room', () => {
  expect(movedApart([80, 10, 40], 100)).toEqual([80, 10, 40]);
});

it('moves texts apart that would lie on each other, in their order and within the room', () => {
  const placed = movedApart([95, 95, 95, 20], 100);
  const sorted = [...placed].sort((a, b) => a - b);
  sorted.forEach((at, index) => expect(at - (sorted[index - 1] ?? -LINE_HEIGHT)).toBeGreaterThanOrEqual(LINE_HEIGHT));
  expect(Math.max(...placed)).toBeLessThanOrEqual(100);
  expect(placed[3]).toBe(20);
});
