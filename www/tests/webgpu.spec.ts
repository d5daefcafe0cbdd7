import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { expectCopied, open, run, type Run } from './helpers';

// Chromium's software adapter computes what a graphics card computes, a thousand times slower: everything here is tiny.
test.describe.configure({ timeout: 600_000 });

test('a copy is trained through WebGPU and really moves towards the teacher', async ({ page }) => {
  const seen = await open(page, '?backend=webgpu');
  await expect(page.locator('[data-device="webgpu"]')).toBeVisible({ timeout: 120_000 });
  const options = { experiment: 'capability', seed: 5, arms: ['logits', 'text'], steps: 16, budget: 100, items: 5 };
  const result = await run(page, { ...options, backend: 'webgpu' });
  expect(result.device.backend).toBe('webgpu');
  const { matmulError, gradientError } = result.device.selfTest;
  for (const error of [matmulError, gradientError]) {
    expect(error).toBeGreaterThanOrEqual(0);
    expect(error).toBeLessThan(1e-3);
  }
  // Where the kernels fail, burn takes over and says so.
  expect(result.device.reason).not.toContain('could not be used');
  // From nothing: a guess among 384 words would agree with the teacher less than one time in a hundred.
  expectCopied(result, 0.9, 0.15);
  // The processor makes the same run of it: same questions, same answers, same losses.
  const reference = await run(page, { ...options, backend: 'cpu' });
  expect(reference.device.backend).toBe('cpu');
  const losses = (of: Run): number[] => of.losses.flatMap(({ loss }) => loss.map((value) => value ?? NaN));
  expect(losses(result)).toHaveLength(2 * 16);
  losses(result).forEach((loss, index) => expect(Math.abs(loss / (losses(reference)[index] ?? NaN) - 1)).toBeLessThan(1e-4));
  expect(seen.errors).toEqual([]);
});

for (const [engine, what, tag] of [
  ['auto', 'the fused kernels', []],
  ['plain', 'burn', ['@burn']],
] as const) {
  test(`WebGPU by ${what} and the processor agree on losses and gradients over 20 steps`, { tag: [...tag] }, async ({ page }) => {
    await open(page, `?backend=webgpu&engine=${engine}`);
    await expect(page.locator('[data-device="webgpu"]')).toBeVisible({ timeout: 120_000 });
    await expect(page.locator('[data-device]')).not.toContainText('could not be used');
    const agreement = await page.evaluate(async () => {
      const api = (globalThis as unknown as { stillroom: { agreement(steps: number): Promise<Agreement> } }).stillroom;
      return api.agreement(20);
    });
    expect(agreement.steps).toBe(20);
    expect(agreement.lossError).toBeLessThan(1e-4);
    expect(agreement.gradientError).toBeLessThan(1e-3);
    // The comparison means something only while the models learn.
    expect(agreement.lastLoss).toBeLessThan(0.9 * agreement.firstLoss);
  });
}

test('the fused kernels compute what plain sums in double precision do, in awkward shapes too', { tag: '@kernels' }, async ({ page }) => {
  await open(page, '?backend=recorded');
  // A build for this test holds the checks; no visitor loads it.
  const assets = new URL('../../dist/assets/', import.meta.url);
  const named = (end: string): string[] => readdirSync(assets).filter((name) => name.startsWith('stillroom') && name.endsWith(end));
  const script = named('.js').find((name) => readFileSync(new URL(name, assets), 'utf8').includes('checkPlan'));
  const wasm = named('.wasm').sort((a, b) => readFileSync(new URL(b, assets)).length - readFileSync(new URL(a, assets)).length)[0];
  const report = await page.evaluate(
    async ([scriptFile, wasmFile]) => {
      // As the worker opens its adapter: with subgroups.
      const { prototype } = (globalThis as unknown as { GPUAdapter: { prototype: { requestDevice(descriptor: object): Promise<unknown> } } }).GPUAdapter;
      const { requestDevice } = prototype;
      prototype.requestDevice = function (descriptor) {
        return requestDevice.call(this, { ...descriptor, requiredFeatures: ['subgroups'] });
      };
      const module = (await import(`./assets/${scriptFile}`)) as { default(options: object): Promise<void>; checkPlan(): Promise<string> };
      await module.default({ module_or_path: `./assets/${wasmFile}` });
      return module.checkPlan();
    },
    [script, wasm],
  );
  console.log(report);
  // The kernels of software adapters and those of GPUs, one after the other.
  const builds = report.trim().split(/^(?=Build )/m);
  expect(builds.map((build) => /quads: (true|false)/.exec(build)?.[1])).toEqual(['true', 'false']);
  for (const build of builds) {
    const lines = build.trim().split('\n').slice(1);
    const compared = new Map(lines.map((line) => [line.split(': ')[0] ?? '', line.split(': ')[1] ?? '']));
    expect([...compared.keys()]).toEqual(expect.arrayContaining([...CASES, 'with a teacher', 'along directions', 'decoding', 'ring of losses in order']));
    for (const name of CASES) expect(compared.get(name), name).toMatch(/^losses \S+, gradient \S+, logits \S+$/);
    expect(compared.get('with a teacher')).toMatch(/^[1-9]\d* dispatches$/);
    // Of whatever else is compared, too: the number that ends each part is an error.
    for (const [name, found] of compared) {
      if (name === 'with a teacher' || found === '') continue;
      for (const part of found.split(', ')) {
        const error = Number(part.split(' ').at(-1));
        expect(error, `${name}: ${part}`).toBeGreaterThanOrEqual(0);
        expect(error, `${name}: ${part}`).toBeLessThanOrEqual(TOLERANCE);
      }
    }
  }
});

test('a step is few dispatches in few submissions, and after the first ones nothing is created', async ({ page }) => {
  await open(page, '?backend=webgpu');
  await expect(page.locator('[data-device="webgpu"]')).not.toContainText('could not be used', { timeout: 120_000 });
  const worker = page.workers()[0];
  if (!worker) throw new Error('no worker');
  await worker.evaluate(() => {
    const counts: Record<string, number> = {};
    const scope = globalThis as unknown as Record<string, { prototype: Record<string, (...given: unknown[]) => unknown> }>;
    const count = (type: string, names: string[]): void => {
      const prototype = scope[type]?.prototype;
      for (const name of names) {
        const original = prototype?.[name];
        if (!prototype || !original) throw new Error(`there is no ${type}.${name}`);
        prototype[name] = function (this: unknown, ...given: unknown[]) {
          counts[name] = (counts[name] ?? 0) + 1;
          return original.apply(this, given);
        };
      }
    };
    count('GPUComputePassEncoder', ['dispatchWorkgroups']);
    count('GPUQueue', ['submit', 'writeBuffer']);
    count('GPUDevice', ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createComputePipelineAsync']);
    (globalThis as unknown as { counts: typeof counts }).counts = counts;
  });
  const read = (): Promise<Record<string, number>> => worker.evaluate(() => ({ ...(globalThis as unknown as { counts: Record<string, number> }).counts }));
  let marked: Record<string, number>[] = [];
  await page.exposeFunction('__mark', async () => void marked.push(await read()));
  /** What two steps of a benchmark cost, each. */
  const perStep = async (options: object): Promise<(name: string) => number> => {
    marked = [];
    await page.evaluate(async (given) => {
      const api = (globalThis as unknown as { stillroom: { benchmark(options: object): Promise<object> } }).stillroom;
      return api.benchmark({ size: 'S', mode: 'kd', steps: 4, backend: 'webgpu', ...given });
    }, options);
    const [half, end] = marked;
    if (!half || !end) throw new Error('no marks');
    return (name) => ((end[name] ?? 0) - (half[name] ?? 0)) / 2;
  };
  const one = await perStep({});
  // Bounds, not wishes: counts are exact, so a step that becomes dearer fails here.
  expect(one('dispatchWorkgroups')).toBeGreaterThan(10);
  expect(one('dispatchWorkgroups')).toBeLessThanOrEqual(MOST_DISPATCHES);
  expect(one('submit')).toBeLessThanOrEqual(2);
  expect(one('writeBuffer')).toBeLessThanOrEqual(1);
  for (const name of ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createComputePipelineAsync']) expect(one(name)).toBe(0);
  // Eight students cost the dispatches of one.
  const eight = await perStep({ population: 8, batch: 1 });
  for (const name of ['dispatchWorkgroups', 'submit', 'writeBuffer']) expect(eight(name)).toBe(one(name));
});

/** Of a distillation step of size S: teacher and student forward, loss, backward, update. */
const MOST_DISPATCHES = 51;

/** What src/plan/gpu/check compares the kernels on, and how far they may be off. */
const CASES = ['two members', 'hidden tokens', 'one member', 'logits of 1e4', 'a width of five quads'];
const TOLERANCE = 2e-4;

interface Agreement {
  steps: number;
  lossError: number;
  gradientError: number;
  firstLoss: number;
  lastLoss: number;
}
