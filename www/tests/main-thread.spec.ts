import { expect, test } from '@playwright/test';
import { expectCopied, open, run } from './helpers';

/** What the page itself did with WebAssembly: every call of it, and every memory. */
interface Globals {
  wasm: string[];
}

test('copies move towards the teacher, and nothing of it is computed in the main thread', async ({ page }) => {
  // In the page alone: a worker has its own `WebAssembly`, which this does not reach.
  await page.addInitScript(() => {
    const wasm: string[] = [];
    Object.assign(globalThis, { wasm });
    for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming', 'Module', 'Instance', 'Memory'] as const) {
      const original = WebAssembly[name];
      const noted = new Proxy(original, {
        apply: (target, self, given) => (wasm.push(name), Reflect.apply(target as () => unknown, self, given)),
        construct: (target, given) => (wasm.push(name), Reflect.construct(target, given) as object),
      });
      Object.defineProperty(WebAssembly, name, { value: noted });
    }
  });
  const seen = await open(page, '?backend=cpu');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const result = await run(page, { experiment: 'capability', seed: 3, backend: 'cpu', arms: ['logits', 'text'], steps: 60, budget: 300, items: 30 });
  expectCopied(result, 0.5, 0.25);
  expect(result.device.backend).toBe('cpu');
  expect(result.device.reason).not.toContain('could not be used');
  // One that leads, whose engine it is, was enough for the page; those that it starts are its own.
  expect(page.workers().length).toBeGreaterThan(0);
  const inWorkers = await Promise.all(page.workers().map((worker) => worker.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.wasm')))));
  expect(inWorkers).toContain(true);
  const inPage = await page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.wasm')));
  expect(inPage).toBe(false);
  expect(await page.evaluate(() => (globalThis as unknown as Globals).wasm)).toEqual([]);
  expect(seen.errors).toEqual([]);
});
