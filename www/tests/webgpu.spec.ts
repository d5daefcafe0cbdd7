import { expect, test } from '@playwright/test';
import { expectCopied, open, run, type Run } from './helpers';

// Chromium's software adapter computes what a graphics card computes, a thousand times slower: everything here is tiny.
test.describe.configure({ timeout: 600_000 });

test('a copy is trained through WebGPU and really moves towards the teacher', async ({ page }) => {
  const seen = await open(page, '?backend=webgpu');
  await expect(page.locator('[data-device="webgpu"]')).toBeVisible({ timeout: 120_000 });
  const options = { experiment: 'capability', seed: 5, arms: ['logits'], steps: 6, budget: 50, items: 5 };
  const result = await run(page, { ...options, backend: 'webgpu' });
  expect(result.device.backend).toBe('webgpu');
  expect(result.device.selfTest.passed).toBe(true);
  // Six steps from nothing: a guess among 384 words would agree with the teacher less than one time in a hundred.
  expectCopied(result, 0.9, 0.15);
  // The processor makes the same run of it: same questions, same answers, same losses.
  const reference = await run(page, { ...options, backend: 'cpu' });
  expect(reference.device.backend).toBe('cpu');
  const losses = (of: Run): number[] => of.losses.map(({ loss }) => loss[0] ?? NaN);
  expect(losses(result)).toHaveLength(6);
  losses(result).forEach((loss, index) => expect(Math.abs(loss / (losses(reference)[index] ?? NaN) - 1)).toBeLessThan(1e-4));
  expect(seen.errors).toEqual([]);
});

test('WebGPU and the processor agree on losses and gradients over 20 steps', async ({ page }) => {
  await open(page, '?backend=webgpu');
  await expect(page.locator('[data-device="webgpu"]')).toBeVisible({ timeout: 120_000 });
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

interface Agreement {
  steps: number;
  lossError: number;
  gradientError: number;
  firstLoss: number;
  lastLoss: number;
}
