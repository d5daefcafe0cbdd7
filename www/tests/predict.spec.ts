import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, expectFine, looks } from './accessible';
import { open, visit } from './helpers';

const SMALL = 'backend=cpu&steps=8&budget=50&items=5&arms=logits,text';
const part = (page: Page) => page.locator('[data-part="draw"]');
const levels = (page: Page): Promise<(string | null)[]> => part(page).getByRole('slider').evaluateAll((handles) => handles.map((handle) => handle.getAttribute('aria-valuetext')));

test('a curve is drawn by keyboard before a run in the lab, and set beside the measured one', async ({ page }) => {
  const seen = await open(page, `?${SMALL}`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await part(page).locator('summary').first().focus();
  await page.keyboard.press('Enter');
  await part(page).locator('[name="draw-chart"]').selectOption('agreement');
  await part(page).locator('[name="draw-arm"]').selectOption('text');
  await expect(part(page).getByRole('slider')).toHaveCount(9);
  expect(new Set(await levels(page))).toEqual(new Set(['50 %, not drawn yet']));

  await part(page).locator('[name="draw-arm"]').focus();
  // One stop for Tab, then from handle to handle.
  await page.keyboard.press('Tab');
  await expect(part(page).getByRole('slider').first()).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(part(page).getByRole('slider', { name: 'At step 1', exact: true })).toBeFocused();
  for (const key of ['PageDown', 'ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
  for (let presses = 0; presses < 9; presses++) await page.keyboard.press('ArrowRight');
  await expect(part(page).getByRole('slider', { name: 'At step 8', exact: true })).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  expect(await levels(page)).toEqual(['0 %', '45 %', '50 %', '50 %', '50 %', '50 %', '50 %', '50 %', '100 %']);
  await part(page).locator('summary', { hasText: 'Numbers' }).click();
  await expect(part(page).locator('tbody tr').last()).toHaveText(/8\s*100 %\s*not measured/);

  await page.locator('.bar [data-action="start"]').click();
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true', { timeout: 60_000 });
  await expect(part(page).getByRole('slider')).toHaveCount(0);
  await expect(part(page).locator('path.measured').first()).toBeVisible();
  await expect(part(page).locator('[data-apart]')).toHaveText(/^On average your curve was \d+ percentage points away from the measured one\. .* One run is an anecdote\.$/);
  // The distance that it states is that of its own table, which is that of the engine.
  const table = await part(page).locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => parseFloat(cell.textContent ?? ''))));
  const mean = table.reduce((sum, [, drawn = NaN, measured = NaN]) => sum + Math.abs(drawn - measured), 0) / table.length;
  const stated = Number(/was (\d+) percentage/.exec((await part(page).locator('[data-apart]').textContent()) ?? '')?.[1]);
  expect(Math.abs(stated - mean)).toBeLessThanOrEqual(1);
  const summary = (await page.locator('#words-agreement').textContent()) ?? '';
  expect(summary).toContain(`Text ${table.at(-1)?.[2]} %`);
  expect(seen.errors).toEqual([]);
});

test('a curve is drawn with a pointer in a frame, also past handles in one movement; it can be cleared, and stays here', async ({ page }) => {
  // Without it the page would glide to where it is told to scroll, and what is pressed would not be there yet.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const seen = await visit(page, `./embed.html?${SMALL}&hide=&figures=`);
  await part(page).locator('summary').first().click();
  const svg = part(page).getByRole('group');
  // In the middle: the line at the foot of the page lies over its lower edge.
  await svg.evaluate((place) => place.scrollIntoView({ block: 'center' }));
  const box = await svg.boundingBox();
  if (!box) throw new Error('nothing to draw in');
  const handles = await part(page).getByRole('slider').all();
  const place = async (index: number): Promise<number> => {
    const own = await handles[index]?.boundingBox();
    return (own?.x ?? 0) + (own?.width ?? 0) / 2;
  };
  await page.mouse.move(await place(0), box.y + 200);
  await page.mouse.down();
  await page.mouse.move(await place(8), box.y + 10);
  await page.mouse.up();
  const drawn = (await levels(page)).map((text) => parseFloat(text ?? ''));
  expect(drawn.every((level, index) => index === 0 || level > (drawn[index - 1] ?? 0))).toBe(true);
  expect(drawn.at(-1)).toBe(100);
  await part(page).locator('[data-action="clear-curve"]').click();
  expect((await levels(page))[8]).toContain('not drawn yet');
  await page.mouse.click(await place(4), box.y + 20);
  await page.locator('[data-action="start"]').click();
  await expect(page.locator('[data-run="embed"]')).toHaveAttribute('data-finished', 'true', { timeout: 60_000 });
  await expect(part(page).locator('[data-apart]')).toContainText('On average your curve was');
  const stored = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie.length, location.search.includes('draw')]);
  expect(stored).toEqual([0, 0, 0, false]);
  expect(seen.errors).toEqual([]);
});

test('the drawing: nothing that axe finds wrong at 320 px, before and after the run', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await visit(page, `./embed.html?${SMALL}&hide=&figures=`);
  await part(page).locator('summary').first().click();
  await part(page).getByRole('slider').first().press('ArrowUp');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page);
  }
  await page.locator('[data-action="start"]').click();
  await expect(page.locator('[data-run="embed"]')).toHaveAttribute('data-finished', 'true', { timeout: 60_000 });
  await expectFine(page, looks(320));
});
