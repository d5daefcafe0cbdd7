import { expect, it } from 'vitest';
import { decades } from './scale';

it('gives powers of ten, thinned out where there are many', () => {
  expect(decades(1e11, 1e14, 5)).toEqual([1e11, 1e12, 1e13, 1e14]);
  expect(decades(1, 1e9, 3)).toEqual([1, 1e4, 1e8]);
});

it('gives steps in between where there is hardly a power of ten', () => {
  expect(decades(2, 30, 5)).toEqual([2, 5, 10, 20]);
});
