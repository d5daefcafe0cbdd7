import { expect, test } from 'vitest';
import { atTemperature, divergence, entropy, likeliest, moves, restOf } from './distribution';

const logs = (...shares: number[]): number[] => shares.map(Math.log);
const shares = (all: number[]): number[] => all.map(Math.exp);
const half = logs(0.5, 0.3, 0.2);

test('a temperature of 1 changes nothing, a low one sharpens, a high one levels', () => {
  shares(atTemperature(half, 1)).forEach((share, word) => expect(share).toBeCloseTo([0.5, 0.3, 0.2][word] ?? 0, 12));
  // p^2 and p^(1/2), made to sum to 1.
  expect(shares(atTemperature(half, 0.5))[0]).toBeCloseTo(0.25 / 0.38, 12);
  const level = shares(atTemperature(half, 2));
  expect(level[0]).toBeCloseTo(Math.sqrt(0.5) / (Math.sqrt(0.5) + Math.sqrt(0.3) + Math.sqrt(0.2)), 12);
  expect(level.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
});

test('entropy of even chances is the log of their number', () => {
  expect(entropy(logs(0.25, 0.25, 0.25, 0.25))).toBeCloseTo(Math.log(4), 12);
});

test('KL is what the formula says, 0 from itself, and finite where nearly nothing is left', () => {
  expect(divergence(half, half)).toBe(0);
  expect(divergence(half, logs(0.2, 0.3, 0.5))).toBeCloseTo(0.5 * Math.log(2.5) + 0.2 * Math.log(0.4), 12);
  const cold = divergence(atTemperature([-0.001, -300, -310], 0.25), atTemperature([-300, -0.001, -310], 0.25));
  expect(cold).toBeCloseTo(1200, 0);
});

test('the likeliest words of all, each once, the teacher’s first', () => {
  expect(likeliest([half, logs(0.1, 0.1, 0.8)], 1)).toEqual([0, 2]);
  expect(likeliest([half, logs(0.1, 0.2, 0.7)], 2)).toEqual([0, 1, 2]);
  expect(restOf(half, [0, 1])).toBeCloseTo(0.2, 12);
  expect(restOf(half, [0, 1, 2])).toBeCloseTo(0, 12);
});

test('what moved most comes first', () => {
  expect(moves(half, logs(0.45, 0.15, 0.4), 2).map((move) => move.word)).toEqual([2, 1]);
});
