import { expect, test } from '@playwright/test';
import { expectCopied, open, run } from './helpers';

// A trace takes pictures of the page in the page's own main thread, which is what is measured here.
test.use({ trace: 'off' });

test('copies move towards the teacher, and the main thread stays free', async ({ page }, info) => {
  await open(page, '?backend=cpu');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await page.evaluate(() => {
    const tasks: number[] = [];
    (globalThis as unknown as { longTasks: number[] }).longTasks = tasks;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => tasks.push(Math.round(entry.duration)))).observe({ entryTypes: ['longtask'] });
  });
  const result = await run(page, { experiment: 'capability', seed: 3, backend: 'cpu', arms: ['logits', 'text'], steps: 60, budget: 300, items: 30 });
  expectCopied(result, 0.5, 0.25);
  expect(result.device.backend).toBe('cpu');
  expect(result.device.reason).not.toContain('could not be used');
  const longTasks = await page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks);
  // For the report: how long a task takes depends on the machine, so it is not asserted.
  info.annotations.push({ type: 'long tasks (ms)', description: JSON.stringify(longTasks) });
  console.log(`long tasks while training, ms: ${JSON.stringify(longTasks)}`);
});
