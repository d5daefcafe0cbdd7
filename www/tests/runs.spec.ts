import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { expectFine } from './accessible';
import { open, runToEnd, type Run } from './helpers';

const SMALL = 'backend=cpu&steps=6&budget=50&items=5&arms=logits,text';

async function finish(page: Page): Promise<void> {
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true', { timeout: 60_000 });
}

const make = (page: Page): Promise<void> => runToEnd(page.locator('.bar'));

async function set(page: Page, key: string, value: string): Promise<void> {
  const field = page.locator(`#set-${key}`);
  if (!(await field.isVisible())) await page.locator('.settings summary').click();
  await field.fill(value);
  await field.press('Tab');
}

const kept = (page: Page, number: number) => page.locator(`[data-kept="${number}"]`);
const drop = (page: Page, name: string, content: string): Promise<void> =>
  page.evaluate(
    ([fileName, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text ?? ''], fileName ?? '', { type: 'application/json' }));
      const say = (type: string): unknown => document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      (globalThis as unknown as { say: typeof say }).say = say;
      say('dragenter');
    },
    [name, content],
  );
const dragged = (page: Page, type: string): Promise<unknown> => page.evaluate((what) => (globalThis as unknown as { say(type: string): unknown }).say(what), type);

/** The run on screen as the page saves it. */
async function saved(page: Page, button: string): Promise<{ path: string; run: Run & { plan: { settings: Record<string, unknown> } } }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator(button).click()]);
  const path = await download.path();
  return { path, run: JSON.parse(readFileSync(path, 'utf8')) as never };
}

test('runs of this visit lie over the charts, are compared, hidden, renamed, removed and put back', async ({ page }) => {
  const seen = await open(page, `?${SMALL}`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('[data-empty]')).toBeVisible();
  await make(page);
  // The one on screen is kept, but it is no earlier one.
  await expect(kept(page, 1)).toContainText('On screen');
  const distance = page.locator('[data-figure="distance"]');
  await distance.scrollIntoViewIfNeeded();
  const lines = distance.locator('svg.plot g[fill="none"] path');
  await expect(lines).toHaveCount(2);

  await set(page, 'seed', '2');
  await set(page, 'steps', '4');
  await make(page);
  await expect(kept(page, 2)).toContainText('On screen');
  await expect(distance.locator('.legend')).toContainText('seed 1');
  await distance.scrollIntoViewIfNeeded();
  await expect(lines).toHaveCount(4);
  await distance.locator('summary').click();
  await expect(distance.locator('tbody tr td:first-child').last()).toHaveText(/^1: seed 1/);
  // A chart that is saved takes its earlier runs along.
  for (const kind of ['SVG', 'CSV']) {
    const [download] = await Promise.all([page.waitForEvent('download'), distance.getByRole('button', { name: kind }).click()]);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(/seed 1, query budget 50/);
  }

  await kept(page, 1).locator('[data-action="compare"]').click();
  const changed = page.locator('[data-changed="1"]');
  await expect(changed.locator('[data-setting]')).toHaveCount(2);
  await expect(changed.locator('[data-setting="steps"]')).toHaveText('Training steps: 6 steps → 4 steps');
  await expect(changed.locator('[data-setting="seed"]')).toHaveText('Seed: 1 → 2');
  await expect(changed).toContainText('one run is an anecdote');
  const cells = await changed.locator('tr', { hasText: 'Distance from the teacher (KL)' }).first().locator('td').allTextContents();
  expect(Number(cells[3]) - Number(cells[2])).toBeCloseTo(Number(cells[4]?.replace('−', '-')), 2);

  await kept(page, 1).getByRole('checkbox').uncheck();
  await distance.scrollIntoViewIfNeeded();
  await expect(lines).toHaveCount(2);
  await expect(distance.locator('.legend')).not.toContainText('seed 1');
  await kept(page, 1).getByRole('checkbox').check();
  await expect(distance.locator('.legend')).toContainText('seed 1');

  await kept(page, 1).locator('[data-action="rename"]').click();
  await page.keyboard.type('<b>mine</b>');
  await page.keyboard.press('Enter');
  await expect(kept(page, 1)).toContainText('<b>mine</b>');
  await expect(kept(page, 1).locator('[data-action="rename"]')).toBeFocused();
  await expect(distance.locator('.legend')).toContainText('<b>mine</b>');

  await kept(page, 1).locator('[data-action="remove"]').click();
  await expect(kept(page, 1)).toHaveCount(0);
  await expect(changed).toHaveCount(0);
  await expect(page.locator('[data-action="undo"]')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(kept(page, 1)).toContainText('<b>mine</b>');
  await expect(kept(page, 1).locator('[data-action="remove"]')).toBeFocused();

  // Its settings come back into the form, and its file has what was measured.
  await kept(page, 1).locator('[data-action="use"]').click();
  await expect(page.locator('#set-seed')).toHaveValue('1');
  await expect(page.locator('#set-steps')).toHaveValue('6');
  expect((await saved(page, '[data-kept="1"] [data-action="store"]')).run).toMatchObject({ finished: true, plan: { settings: { seed: 1, steps: 6 } } });
  expect(seen.errors).toEqual([]);
});

test('a run that is stopped is kept as far as it came; the sixth pushes out the first', async ({ page }) => {
  await open(page, `?${SMALL.replace('steps=6', 'steps=400')}`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const reset = page.locator('[data-action="reset"]');
  // Stopped before its first measurement after the start there is nothing to keep.
  await page.locator('[data-action="step"]').click();
  await expect(page.locator('.bar')).toContainText('step 1 of');
  await reset.click();
  await expect(page.locator('.bar')).toContainText('step 0 of');
  await expect(page.locator('[data-empty]')).toBeVisible();
  await page.locator('.bar [data-action="start"]').click();
  await expect.poll(() => page.locator('[data-figure="distance"] [id^="words-"]').textContent(), { timeout: 90_000 }).toMatch(/After [1-9]/);
  await reset.click();
  await expect(kept(page, 1)).toContainText(/stopped after [\d,]+ steps/);
  await set(page, 'steps', '1');
  for (let number = 2; number <= 6; number++) {
    await make(page);
    await expect(kept(page, number)).toBeVisible();
  }
  await expect(kept(page, 1)).toHaveCount(0);
  await expect(page.getByText(/^Run 1, .* made room for a newer one\.$/)).toBeVisible();
});

test('a run file is dropped anywhere, run again, and held against what comes out', async ({ page }) => {
  const seen = await open(page, `?${SMALL}&seed=5`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await make(page);
  const { run } = await saved(page, '[data-action="save-run"]');
  await open(page, '?backend=cpu&steps=3&budget=50&items=5&arms=logits');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });

  await drop(page, 'lesson one.json', JSON.stringify(run));
  await expect(page.locator('[data-drop]')).toBeVisible();
  await dragged(page, 'dragleave');
  await expect(page.locator('[data-drop]')).toHaveCount(0);
  await dragged(page, 'dragover');
  await dragged(page, 'drop');
  await expect(page.locator('[data-drop]')).toHaveCount(0);
  await expect(page.getByText('“lesson one.json”, made on')).toBeVisible();
  await page.locator('[data-action="rerun"]').click();
  await finish(page);
  await expect(page.locator('[data-again]')).toContainText('“lesson one.json” run again here. The same to the last digit: all');
  await expect(page.locator('#set-seed')).toHaveValue('5');
  await expect(page.locator('#set-steps')).toHaveValue('6');
  await expect(page.locator('[data-figure="distance"] .legend')).toContainText('lesson one.json');
  await expect(page.locator('[data-notice]')).toHaveCount(0);
  expect(seen.errors).toEqual([]);
});

test('a run file that lies a little is run again as far as it fits, with words for what does not; one that lies a lot is refused', async ({ page }) => {
  await open(page, `?${SMALL}`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await make(page);
  const { path, run } = await saved(page, '[data-action="save-run"]');
  const picker = page.locator('input[type="file"]');
  const choose = (name: string, content: object): Promise<void> => picker.setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(content)) });

  const off = structuredClone(run);
  Object.assign(off.plan.settings, { temperature: 1e9, hazard: 'memorised' });
  off.evaluations.at(-1)?.members.forEach((member) => (member.figures['agreement'] = 1));
  await choose('<img src=x onerror=alert(1)>.json', off);
  await page.locator('[data-action="rerun"]').click();
  await expect(page.locator('[data-notice]')).toContainText('temperature takes a number from 0.25 to 20, not “1000000000”');
  await expect(page.locator('[data-notice]')).toContainText('“hazard” is no setting of this experiment here');
  await finish(page);
  await expect(page.locator('[data-again]')).toContainText(/Not the same to the last digit: \d+ of \d+ figures differ\..* percentage points \(Agreement, /);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);

  // The keyboard's way to a file, and back; the file that was refused changes nothing.
  await picker.focus();
  await picker.setInputFiles(path);
  await page.locator('[data-action="lay"]').click();
  await expect(page.locator('[data-kept]')).toHaveCount(4);
  await choose('lies.json', { ...run, plan: { ...run.plan, settings: { ...run.plan.settings, arms: ['<b>'] } } });
  await expect(page.locator('[data-notice]').last()).toContainText('This run file is damaged');
  await expect(page.locator('[data-kept]')).toHaveCount(4);
});

test('kept runs: nothing that axe finds wrong, no sideways scrolling', async ({ page }) => {
  await open(page, `?${SMALL}`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await make(page);
  await set(page, 'seed', '2');
  await make(page);
  await kept(page, 1).locator('[data-action="compare"]').click();
  await expectFine(page, [{ theme: 'light', width: 1280 }, { theme: 'dark', width: 360 }], {
    ready: async () => {
      await page.locator('[data-figure="illusion"]').scrollIntoViewIfNeeded();
      await expect(page.locator('[data-figure="illusion"] svg.plot').first()).toBeVisible();
    },
  });
});
