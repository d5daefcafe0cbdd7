import { expect, test } from '@playwright/test';
import { open, run, type Run } from './helpers';

// A site with both engines: nearly every browser takes the one with relaxed SIMD, whose fused multiply-add rounds once and not twice.
test('the engines with and without relaxed SIMD train the same copies', { tag: '@plain' }, async ({ page, context }) => {
  const options = { experiment: 'capability', seed: 5, backend: 'cpu', arms: ['logits', 'text'], steps: 20, budget: 100, items: 5 };
  const modules = new Set<string>();
  page.on('response', (response) => {
    if (response.url().endsWith('.wasm')) modules.add(response.url());
  });
  await open(page, '?backend=cpu&threads=1');
  const relaxed = await run(page, options);
  // As a browser without it would answer. Only the worker asks.
  await context.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `WebAssembly.validate = () => false;\n${await response.text()}` });
  });
  await open(page, '?backend=cpu&threads=1');
  const plain = await run(page, options);
  expect(modules.size).toBe(2);
  const losses = (of: Run): number[] => of.losses.flatMap(({ loss }) => loss.map((value) => value ?? NaN));
  expect(losses(plain)).toHaveLength(2 * 20);
  losses(plain).forEach((loss, index) => expect(Math.abs(loss / (losses(relaxed)[index] ?? NaN) - 1)).toBeLessThan(1e-5));
});
