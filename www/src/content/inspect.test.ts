import { expect, test } from 'vitest';
import { reading } from './explainer/reading';
import { choices, distance, inspectWords, isSayable, shown } from './inspect';

test('the text is read with ten years of school', () => {
  const { temperature, ...rest } = inspectWords;
  const { grade } = reading([...Object.values(rest), ...Object.values(temperature)]);
  expect(grade).toBeLessThanOrEqual(10);
});

test('entropy is told as a number of even choices', () => {
  expect(choices(0)).toBe('sure of one word');
  expect(choices(Math.log(4))).toBe('as unsure as between 4.0 words');
  expect(choices(Math.log(384))).toBe('as unsure as between 384 words');
});

test('what is further is never called nearer', () => {
  const told = [0, 0.0049, 0.005, 0.05, 0.29, 0.3, 1, 3].map(distance);
  expect(told).toEqual(['the same, as good as', 'the same, as good as', 'very close', 'close', 'close', 'some way off', 'far off', 'far off']);
});

test('a model’s own signs have names, and nobody can say them', () => {
  expect([shown('[EOS]'), shown('moss'), shown(undefined)]).toEqual(['(end)', 'moss', '']);
  expect([isSayable('moss'), isSayable('[EOS]'), isSayable('[unused3]')]).toEqual([true, false, false]);
});
