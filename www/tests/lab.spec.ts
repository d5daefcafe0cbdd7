import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { open, run } from './helpers';

const HOSTILE = [
  'seed=NaN',
  'steps=1e99',
  'steps=-5',
  'temperature=Infinity',
  'nonsense=1',
  'arms=logits,logits,evil',
  'teacher=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E',
  'seed=1&seed=2',
  'threads=0',
  'threads=65',
  'threads=1.5',
  'threads=-2',
  'threads=NaN',
  'threads=',
  'threads=2&threads=2',
  'threads=%3Csvg%20onload%3Dalert(1)%3E',
  'seed=%E0%A4%A',
  `seed=${'9'.repeat(10_000)}`,
  '__proto__=1&constructor=2',
  'experiment=nonsense',
  'experiment=',
  'experiment=__proto__',
  'experiment=guardrails&experiment=bias',
  'experiment=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E',
  `experiment=${'a'.repeat(10_000)}`,
  'hazard=memorised',
  'experiment=bias&hazard=memorised',
  'experiment=guardrails&arms=logits',
];

for (const query of HOSTILE) {
  test(`a hostile address loads with defaults and says so: ${query.slice(0, 40)}`, async ({ page }) => {
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    const seen = await open(page, `?${query}`);
    await expect(page.locator('[data-notice]').first()).toBeVisible();
    await expect(page.locator('h1')).toBeVisible();
    await expect(page.locator('img[src="x"]')).toHaveCount(0);
    expect(dialogs).toBe(0);
    expect(seen.errors).toEqual([]);
  });
}

test('the recorded run plays where nothing can be computed', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'gpu', { value: undefined });
    for (const name of ['WebAssembly', 'Worker']) Object.defineProperty(globalThis, name, { value: undefined });
  });
  await open(page);
  await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('Recorded run').first()).toBeVisible();
  await page.locator('[data-action="start"]').first().click();
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
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

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360]) {
    test(`no accessibility violations, no sideways scrolling: ${scheme}, ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await open(page, '?backend=recorded');
      await page.locator('[data-action="start"]').first().click();
      await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join('; ')}`)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}

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
