import { expect, it } from 'vitest';
import { defaultsOf, experimentOf } from './experiment';
import { readBenchmarkOptions, readRunOptions } from './script';

const defaults = defaultsOf(experimentOf(undefined).settings);

it('fills in the defaults of a run', () => {
  expect(readRunOptions({})).toEqual({ values: defaults, backend: undefined });
  expect(readRunOptions({ experiment: 'capability', backend: 'cpu', seed: 7 })).toEqual({ values: { ...defaults, seed: 7 }, backend: 'cpu' });
});

it.each([{ seed: NaN }, { steps: 1e99 }, { nonsense: 1 }, { backend: 'tpu' }, { experiment: 'other' }, { arms: [] }, { arms: 'x' }, { steps: null }])(
  'refuses a run with %o in one sentence',
  (options) => {
    expect(() => readRunOptions(options)).toThrow(/^run: .*\.$/);
  },
);

it('takes the options of the benchmark as its driver gives them', () => {
  expect(readBenchmarkOptions({ size: 'M', mode: 'lm', steps: 4, seed: 3, cfg: {}, lr: null, backend: 'webgpu' })).toEqual({
    size: 'M', mode: 'lm', steps: 4, seed: 3, fixed: false, lr: null, sanity: false, backend: 'webgpu',
  });
  expect(readBenchmarkOptions({ sanity: true })).toMatchObject({ size: 'S', mode: 'kd', steps: 30, fixed: true, lr: 1e-2 });
});

it.each([{ size: 'XL' }, { mode: 'rl' }, { steps: 0 }, { steps: NaN }, { lr: '1' }, { backend: 'recorded' }])('refuses a benchmark with %o', (options) => {
  expect(() => readBenchmarkOptions(options)).toThrow(/^benchmark: .*\.$/);
});
