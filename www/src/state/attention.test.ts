import { expect, test } from 'vitest';
import { looksAt, mapOf, shades, SHADES } from './attention';

const model = { layers: 2, heads: 2, attention: Array.from({ length: 16 }, (_, index) => index) };

test('a head is cut out of all of them', () => {
  expect(mapOf(model, 0, 1, 2)).toEqual([4, 5, 6, 7]);
  expect(mapOf(model, 1, 0, 2)).toEqual([8, 9, 10, 11]);
});

test('cells fall into shades, and nothing is drawn where nobody looks', () => {
  const paths = shades([1, 0, 0.5, 0.5], 2);
  expect(paths[SHADES - 1]).toBe('M0 0h1v1h-1z');
  expect(paths[SHADES / 2 - 1]).toBe('M0 1h1v1h-1zM1 1h1v1h-1z');
  expect(paths.filter((path) => path)).toHaveLength(2);
});

test('what a word looks at most comes first, and never what comes after it', () => {
  expect(looksAt([1, 0, 0, 0.3, 0.7, 0, 0.2, 0.1, 0.7], 3, 1, 3)).toEqual([
    { column: 1, share: 0.7 },
    { column: 0, share: 0.3 },
  ]);
});
