import { expect, it } from 'vitest';
import { defaultsOf, experimentOf } from './experiment';
import { readBenchmarkOptions, readRunOptions } from './script';

const first = experimentOf(undefined);
const guardrails = experimentOf('guardrails');
const defaults = defaultsOf(first.settings);

it('fills in the defaults of a run', () => {
  expect(readRunOptions({})).toEqual({ experiment: first, values: defaults, backend: undefined });
  expect(readRunOptions({ experiment: 'capability', backend: 'cpu', seed: 7 })).toEqual({
    experiment: first, values: { ...defaults, seed: 7 }, backend: 'cpu',
  });
});

it('takes the settings of the experiment that is named, else of the one on screen', () => {
  const values = defaultsOf(guardrails.settings);
  expect(readRunOptions({ experiment: 'guardrails', hazard: 'memorised' })).toEqual({
    experiment: guardrails, values: { ...values, hazard: 'memorised' }, backend: undefined,
  });
  expect(readRunOptions({}, guardrails).experiment).toBe(guardrails);
  expect(() => readRunOptions({ experiment: 'capability', hazard: 'memorised' }, guardrails)).toThrow(/no setting of this experiment/);
  expect(() => readRunOptions({ experiment: 'guardrails', arms: ['logits'] })).toThrow(/^run: arms/);
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
    population: null, width: null, layers: null, batch: null, vocab: null,
  });
  expect(readBenchmarkOptions({ sanity: true })).toMatchObject({ size: 'S', mode: 'kd', steps: 30, fixed: true, lr: 1e-2 });
});

it('takes another shape than that of the size, and every mode', () => {
  expect(readBenchmarkOptions({ population: 8, width: 96, layers: 1, batch: 4, vocab: 1024 })).toMatchObject({
    population: 8, width: 96, layers: 1, batch: 4, vocab: 1024,
  });
  for (const mode of ['kd', 'lm', 'generate', 'recompute', 'matmul', 'copy']) expect(readBenchmarkOptions({ mode }).mode).toBe(mode);
});

it.each([
  { size: 'XL' }, { mode: 'rl' }, { steps: 0 }, { steps: NaN }, { lr: '1' }, { backend: 'recorded' },
  { population: 0 }, { width: 1.5 }, { layers: -1 }, { batch: Infinity }, { vocab: 1e9 },
])('refuses a benchmark with %o', (options) => {
  expect(() => readBenchmarkOptions(options)).toThrow(/^benchmark: .*\.$/);
  expect(() => readBenchmarkOptions(options, 'profile')).toThrow(/^profile: .*\.$/);
});
