import { expect, test } from '@playwright/test';
import { expectFine, looks } from './accessible';
import { open, play, run } from './helpers';

test('the recorded run plays where nothing can be computed', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'gpu', { value: undefined });
    for (const name of ['WebAssembly', 'Worker']) Object.defineProperty(globalThis, name, { value: undefined });
  });
  await page.clock.install();
  await open(page);
  await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('Recorded run').first()).toBeVisible();
  await page.locator('[data-action="start"]').first().click();
  await play(page, page.locator('.bar'));
  await expect(page.getByText('KL to the teacher is').first()).toBeVisible();
});

test('a changed setting goes into the address, a link brings it back, and defaults leave it', async ({ page }) => {
  await open(page, '?backend=recorded&steps=250');
  await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 30_000 });
  await page.locator('.settings summary').click();
  const [steps, seed] = [page.locator('#set-steps'), page.locator('#set-seed')];
  await expect(steps).toHaveValue('250');
  await seed.fill('7');
  await seed.press('Tab');
  await expect(page).toHaveURL(/\?backend=recorded&.*steps=250/);
  await expect(page).toHaveURL(/seed=7/);
  await page.reload();
  await page.locator('.settings summary').click();
  await expect(seed).toHaveValue('7');
  await seed.fill('-1');
  await seed.press('Tab');
  await expect(page.locator('#problem-seed')).toBeVisible();
  await expect(page).toHaveURL(/seed=7/);
  await page.getByRole('button', { name: 'Reset to defaults' }).click();
  await expect(page).toHaveURL(/\?backend=recorded$/);
});

test('nothing is asked of any other origin', async ({ page, baseURL }) => {
  const seen = await open(page, '?backend=cpu');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  // Not only while it loads: a whole run.
  await run(page, { experiment: 'capability', backend: 'cpu', steps: 2, budget: 50, items: 5 });
  const origin = new URL(baseURL ?? '').origin;
  const foreign = seen.requests.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url));
  expect(foreign).toEqual([]);
  expect(seen.requests.some((url) => url.endsWith('.wasm'))).toBe(true);
});

test('no accessibility violations, no sideways scrolling', async ({ page }) => {
  await page.clock.install();
  await open(page, '?backend=recorded');
  await page.locator('[data-action="start"]').first().click();
  await play(page, page.locator('.bar'));
  await expectFine(page, looks(1280, 360));
});

test('the text reads without scripts', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${baseURL}lab.html`);
  await expect(page.locator('h1')).toBeVisible();
  // By its element: Playwright's search by text passes over `noscript`.
  await expect(page.locator('noscript p')).toBeVisible();
  await expect(page.locator('noscript p')).toContainText('Scripts are switched off');
  await context.close();
});
