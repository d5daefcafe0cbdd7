import { expect, test, type Page } from '@playwright/test';
import { open, run, type Run } from './helpers';

/** The script of a worker that trains some of the students. */
const HAND = /\/hand-[^/]*\.js$/;
const cores = (page: Page): Promise<number> => page.evaluate(() => navigator.hardwareConcurrency);
/** Changes the script of the one worker. (Requests of the workers that it starts cannot be answered here.) */
async function changeWorker(page: Page, change: (script: string) => string): Promise<void> {
  await page.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const script = await response.text();
    expect(change(script)).not.toBe(script);
    await route.fulfill({ response, body: change(script) });
  });
}

const THREE = ['logits', 'text', 'scratch'];
const SMALL = `?backend=cpu&arms=${THREE.join()}&steps=10&budget=60&items=10`;

test('a run on two threads is the run on one thread', async ({ page }) => {
  const results: Run[] = [];
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && !message.text().startsWith('Service Worker registration blocked') && warnings.push(message.text()));
  for (const threads of [1, 2]) {
    const seen = await open(page, `?backend=cpu&threads=${threads}`);
    await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
    const used = Math.min(threads, await cores(page));
    const result = await run(page, { experiment: 'capability', backend: 'cpu', seed: 5, arms: THREE, access: 'top20', steps: 20, budget: 200, items: 10 });
    expect(result.device.adapter).toBe(`WebAssembly SIMD, ${used > 1 ? `up to ${used} threads` : 'one thread'}`);
    expect(seen.requests.filter((url) => HAND.test(url))).toHaveLength(used > 1 ? used : 0);
    expect(result.losses).toHaveLength(20);
    results.push(result);
    expect(seen.errors).toEqual([]);
  }
  const [one, two] = results as [Run, Run];
  expect(two.losses).toEqual(one.losses);
  expect(two.evaluations).toEqual(one.evaluations);
  expect(two.samples).toEqual(one.samples);
  expect(two.verdicts).toEqual(one.verdicts);
  // Gradients and steps of two members, here and on one thread of the worker that leads.
  const agreement = await page.evaluate(async () => (globalThis as unknown as { stillroom: { agreement(steps: number): Promise<object> } }).stillroom.agreement(5));
  expect(agreement).toMatchObject({ steps: 5, lossError: 0, gradientError: 0 });
  expect(warnings).toEqual([]);
});

test('with two threads a visitor starts, pauses, makes single steps, goes on, begins again, and keeps a student', async ({ page }) => {
  // More steps than could pass between two looks at the page: it is stopped long before they are done.
  const seen = await open(page, `?backend=cpu&threads=2&arms=${THREE.join()}&steps=4000&budget=100&items=10`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const bar = page.locator('.bar');
  const start = page.locator('[data-action="start"]').first();
  const step = async (): Promise<number> => Number(/step ([\d,]+) of/.exec((await bar.textContent()) ?? '')?.[1]?.replace(',', ''));
  const trained = async (): Promise<void> => {
    await start.click();
    await expect(bar).toHaveAttribute('data-phase', 'training', { timeout: 60_000 });
    await expect.poll(step).toBeGreaterThan(2);
    await page.locator('[data-action="pause"]').first().click();
    await expect(bar).toHaveAttribute('data-running', 'false');
  };
  const ask = () =>
    page.evaluate(async () => (globalThis as unknown as { stillroom: { ask(question: object): Promise<{ text: string }> } }).stillroom.ask({ model: 'text', prompt: 'please 37 + 48 =' }));
  await trained();
  // What was being computed when the button was pressed is still told; an answer comes after it.
  expect((await ask()).text).not.toBe('');
  const before = await step();
  await page.locator('[data-action="step"]').click();
  await expect.poll(step).toBe(before + 1);
  const student = page.waitForEvent('download');
  await page.locator('[data-action="save-student"]').last().click();
  expect((await student).suggestedFilename()).toMatch(/-3\.zip$/);
  await start.click();
  await expect.poll(step).toBeGreaterThan(before + 1);
  await page.locator('[data-action="reset"]').click();
  await expect(bar).toHaveAttribute('data-running', 'false');
  await expect(bar).toHaveAttribute('data-finished', 'false');
  await expect(start).toBeEnabled();
  await expect.poll(step).toBe(0);
  await trained();
  expect((await ask()).text).not.toBe('');
  // The second run took the workers of the first.
  expect(seen.requests.filter((url) => HAND.test(url))).toHaveLength((await cores(page)) > 1 ? 2 : 0);
  expect(seen.errors).toEqual([]);
});

test('where no worker of the worker can be loaded, one thread computes', async ({ page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  await changeWorker(page, (script) => script.replace(/hand-[\w-]+\.js/, 'hand-missing.js'));
  await open(page, '?backend=cpu&threads=2');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const result = await run(page, { experiment: 'capability', backend: 'cpu', arms: THREE, steps: 3, budget: 50, items: 5 });
  expect(result.finished).toBe(true);
  expect(result.losses).toHaveLength(3);
  if ((await cores(page)) > 1) expect(warnings.join()).toContain('Fewer threads will compute');
});

test('a worker of the worker that fails ends the run with a sentence', async ({ page }) => {
  // One step of many reaches a worker under a key that it does not know.
  const dies = 'let left = 60; self.Worker = class extends Worker { postMessage(message, transfer) { super.postMessage(left-- ? message : { ...message, key: -1 }, transfer); } };';
  await changeWorker(page, (script) => dies + script);
  await open(page, '?backend=cpu&threads=2');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  test.skip((await cores(page)) < 2, 'one core: nothing is shared out');
  const failure = await run(page, { experiment: 'capability', backend: 'cpu', arms: THREE, steps: 50, budget: 50, items: 5 }).then(String, String);
  expect(failure).toContain('A worker that trains has no such students.');
  await expect(page.locator('[data-notice="error"]')).toContainText('A worker that trains has no such students.');
  await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 30_000 });
});

test('teacher and copies answer a question, and unknown words are shown as unknown', async ({ page }) => {
  await open(page, SMALL);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const box = page.locator('#prompt');
  await box.fill('please 37 + 48 =');
  await box.press('Enter');
  await expect(page.locator('#ask dl')).toContainText('85');
  await box.fill('please <b>zebra</b> =');
  await box.press('Enter');
  await expect(page.locator('#ask .unknown').first()).toBeVisible();
  await expect(page.locator('#ask b')).toHaveCount(0);
  await box.fill('   ');
  await box.press('Enter');
  await expect(page.locator('#ask')).toContainText('nothing to ask');
});

test('a run is saved, opened again, and damaged files are refused', async ({ page }) => {
  await open(page, SMALL);
  const result: Run = await run(page, { experiment: 'capability', backend: 'cpu', steps: 2, budget: 50, items: 5 });
  const download = page.waitForEvent('download');
  await page.locator('[data-action="save-run"]').click();
  const path = await (await download).path();
  const saved = JSON.parse((await import('node:fs')).readFileSync(path, 'utf8')) as Run;
  expect(saved.evaluations.length).toBeGreaterThan(0);
  expect(result.finished).toBe(true);
  const student = page.waitForEvent('download');
  await page.locator('[data-action="save-student"]').first().click();
  expect((await student).suggestedFilename()).toMatch(/\.zip$/);
  const picker = page.locator('input[type="file"]');
  for (const text of ['', '{', '[]', '{"format":"stillroom.run","version":99}', JSON.stringify({ ...saved, experiment: '<b>' }), '<script>alert(1)</script>', JSON.stringify({ ...saved, losses: 'x' })]) {
    await picker.setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await expect(page.locator('[data-notice="error"]').first()).toBeVisible();
    await page.locator('[data-notice="error"] button').first().click();
  }
  await picker.setInputFiles({ name: 'good.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(saved)) });
  await expect(page.getByText('Opened run').first()).toBeVisible();
});

test('the side-by-side benchmark reports losses and times', async ({ page }) => {
  await open(page);
  const result = await page.evaluate(async () => {
    const marks: string[] = [];
    const globals = globalThis as unknown as { __mark: (name: string) => Promise<void>; stillroom: { benchmark(o: unknown): Promise<{ first_ms: number; times_ms: number[]; losses: number[] }> } };
    globals.__mark = async (name) => void marks.push(name);
    return { marks, ...(await globals.stillroom.benchmark({ size: 'S', mode: 'kd', steps: 4, backend: 'cpu' })) };
  });
  expect(result.marks).toEqual(['half', 'end']);
  expect(result.times_ms).toHaveLength(4);
  expect(result.losses[0]).toBeCloseTo(6.249406, 3);
  expect(result.losses[3]).toBeCloseTo(6.249664, 3);
});

test('by keyboard alone a visitor trains copies, reads the findings, asks, saves and begins again, and sees where the focus is', async ({ page }) => {
  const seen = await open(page, SMALL);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  /** Goes on by Tab to what `selector` names; fails if a whole round does not pass it, or where no outline shows the focus. */
  const tabTo = async (selector: string): Promise<void> => {
    for (let presses = 0; presses < 200; presses++) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate((wanted) => {
        const element = document.activeElement as HTMLElement;
        return { there: element.matches(wanted), outline: getComputedStyle(element).outlineStyle, what: element.outerHTML.slice(0, 120) };
      }, selector);
      // Between the last and the first the focus is nowhere for a moment.
      if (!focus.what.startsWith('<body')) expect(focus.outline, `an outline around ${focus.what}`).not.toBe('none');
      if (focus.there) return;
    }
    throw new Error(`Tab does not come to ${selector}`);
  };
  await tabTo('.bar [data-action="start"]');
  await page.keyboard.press('Enter');
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
  await expect(page.getByText('KL to the teacher is').first()).toBeVisible();
  await tabTo('#prompt');
  await page.keyboard.type('please 37 + 48 =');
  await page.keyboard.press('Enter');
  await expect(page.locator('#ask dl')).toContainText('85');
  const download = page.waitForEvent('download');
  await tabTo('[data-action="save-run"]');
  await page.keyboard.press('Enter');
  expect((await download).suggestedFilename()).toMatch(/\.json$/);
  await tabTo('.settings summary');
  await page.keyboard.press('Space');
  await tabTo('#set-seed');
  await page.keyboard.type('7');
  await page.keyboard.press('Tab');
  await expect(page).toHaveURL(/seed=/);
  await tabTo('[data-action="reset"]');
  await page.keyboard.press('Enter');
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'false');
  expect(seen.errors).toEqual([]);
});
