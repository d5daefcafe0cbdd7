import assert from 'node:assert/strict';
import test from 'node:test';
import { affordable } from '../peers/common.mjs';
import { differences } from '../differences.mjs';
import { growth, largestDifference, quantile, rounded, secondHalf } from '../stats.mjs';
import { inTurn, summarise } from '../timing.mjs';

test('quantiles are interpolated', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([0, 10], 0.1), 1);
  assert.ok(Number.isNaN(quantile([], 0.5)));
  assert.deepEqual(secondHalf([1, 2, 3, 4, 5]), [3, 4, 5]);
});

test('losses are compared over the steps that both have, and no number is as far as can be', () => {
  assert.deepEqual(largestDifference([2, 4, 9], [2, 5]), { steps: 2, largest: 0.2 });
  assert.equal(largestDifference([NaN], [1]).largest, Number.MAX_VALUE);
  assert.equal(largestDifference([null], [1]).largest, 1);
});

test('growth is told from the size at the step by which memory has settled', () => {
  const series = (after) => [[100, 12], [200, 9], [300, after], [400, 9]];
  assert.deepEqual(growth(series(9), 200), { settled: 200, before: 9, after: 9, grew: false });
  assert.equal(growth(series(10), 200).grew, true);
  assert.equal(growth([[300, 1]], 200).grew, null);
});

test('numbers are rounded wherever they are, and texts are left alone', () => {
  assert.deepEqual(rounded({ a: [1.23456789, 12345678], b: 'x', c: null }), { a: [1.23457, 12345678], b: 'x', c: null });
});

test('a slow library takes fewer steps, but never fewer than four', () => {
  assert.equal(affordable(30, 100, 90_000), 30);
  assert.equal(affordable(30, 10_000, 90_000), 9);
  assert.equal(affordable(10, 60_000, 90_000), 4);
  assert.equal(affordable(30, 10_000, undefined), 30);
});

test('runs of one kind are summed up together, without those that failed', () => {
  const run = (times_ms, rest) => ({ subject: 'ours', times_ms, ...rest });
  const [row, other] = summarise([run([9, 9, 1, 3], { other_load: 0.1 }), run([9, 9, 5, 7], { other_load: 0.3 }), { subject: 'ours', error: 'lost' }, { subject: 'jax', error: 'late' }], ['subject']);
  assert.equal(row.median_ms, 4);
  assert.equal(row.other_load, 0.3);
  assert.deepEqual([row.rounds, row.failed, row.error], [2, 1, 'lost']);
  assert.deepEqual(other, { subject: 'jax', failed: 1, error: 'late' });
});

test('runs take turns', () => {
  assert.deepEqual(inTurn([{ a: 1 }, { a: 2 }], 2), [{ a: 1, round: 0 }, { a: 2, round: 0 }, { a: 1, round: 1 }, { a: 2, round: 1 }]);
});

test('each of ours is compared with each peer once', () => {
  const run = (subject, device, losses, round = 0) => ({ subject, device, label: subject, losses, round });
  const found = differences([run('ours', 'webgpu', [1]), run('ours', 'cpu', [1]), run('ours', 'cpu', [1], 1), run('jax', 'webgpu', [2]), { subject: 'tfjs', device: 'cpu', error: 'lost' }]);
  assert.deepEqual(found.map(({ device, peer, largest }) => [device, peer, largest]), [['webgpu', 'jax', 0.5], ['cpu', 'jax', 0.5]]);
});
