import { expect, it } from 'vitest';
import type { Benchmark, BenchmarkOptions } from '../wasm/stillroom.js';
import { timeLoop } from './benchmark';

const work = { flops: 1, bytes: 2, parameters: 3, tokens: 4 };

function pretended(fails = false): { benchmark: Benchmark; freed: () => number } {
  let [steps, freed] = [0, 0];
  const benchmark = {
    step: () => (fails ? Promise.reject(new Error('lost')) : Promise.resolve(++steps)),
    work: () => work,
    free: () => void freed++,
  };
  return { benchmark: benchmark as unknown as Benchmark, freed: () => freed };
}

it('marks the half and the end, and notes the memory after steps that are evenly apart', async () => {
  const { benchmark, freed } = pretended();
  const marks: string[] = [];
  let bytes = 0;
  const result = await timeLoop(benchmark, { steps: 500 } as BenchmarkOptions, -1, (name) => Promise.resolve(void marks.push(name)), () => ++bytes);
  expect(marks).toEqual(['half', 'end']);
  expect(result.losses).toHaveLength(500);
  expect(result.memory).toHaveLength(166);
  expect(result.memory.slice(0, 2)).toEqual([[3, 1], [6, 2]]);
  expect(result.work).toEqual(work);
  expect(result.first_ms).toBeGreaterThan(0);
  expect(freed()).toBe(1);
});

it('gives the device back when a step fails', async () => {
  const { benchmark, freed } = pretended(true);
  await expect(timeLoop(benchmark, { steps: 2 } as BenchmarkOptions, 0, () => Promise.resolve(), () => 0)).rejects.toThrow('lost');
  expect(freed()).toBe(1);
});
