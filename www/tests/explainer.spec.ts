import { gzipSync } from 'node:zlib';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectFine, looks, sideways } from './accessible';
import { play, run, runToEnd, visit, watchShifts } from './helpers';

const CHAPTERS = ['copy', 'cost', 'access', 'guardrails', 'bias', 'proof', 'stop'];
const FIGURES = ['copy', 'access', 'guardrails', 'bias'];
const UNBUILT = ['proof', 'stop'];
/** Before anything is pressed, compressed. */
const MOST_BYTES = 200_000;
const SMALL = '?backend=cpu&steps=6&budget=50&items=5';

const bar = (page: Page, id: string): Locator => page.locator(`[data-run="${id}"]`);

/** Presses the button of a run and waits for its end. */
async function finish(page: Page, id: string): Promise<void> {
  await bar(page, id).locator('[data-action="start"]').click();
  await expect(bar(page, id)).toHaveAttribute('data-finished', 'true', { timeout: 100_000 });
}

test('all of the text is there without scripts', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(baseURL ?? '');
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('noscript p')).toContainText('Scripts are switched off');
  await expect(page.locator('#findings')).toBeVisible();
  for (const id of CHAPTERS) {
    const chapter = page.locator(`#${id}`);
    await expect(chapter.locator('h2')).toBeVisible();
    await expect(chapter.locator('blockquote').first()).toContainText('“');
    await expect(chapter).toContainText('Sources:');
  }
  for (const id of FIGURES) {
    await expect(page.locator(`[data-figure="${id}"] [role="listitem"]`).first()).toBeVisible();
    await expect(page.locator(`#${id}`)).toContainText('What it does not show');
  }
  for (const id of UNBUILT) {
    await expect(page.locator(`[data-unbuilt="${id}"]`)).toContainText('not been built yet');
    await expect(page.locator(`#${id} [data-figure]`)).toHaveCount(0);
  }
  await expect(page.locator('[data-figure="cost"] dd')).toHaveCount(3);
  expect(await page.locator('#sources li').count()).toBeGreaterThan(20);
  // Definitions on hover need no script either.
  const term = page.locator('.term').first();
  await term.hover();
  await expect(page.locator('[role="tooltip"]').first()).toBeVisible();
  await context.close();
});

test('every number of a source leads to it, and every link of the contents to its part', async ({ page }) => {
  await visit(page, './');
  const targets = await page.locator('main a[href^="#"]').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(targets.length).toBeGreaterThan(60);
  for (const target of new Set(targets)) await expect(page.locator(target)).toHaveCount(1);
});

test('before anything is pressed little is loaded, and nothing of the engine', async ({ page, baseURL }) => {
  let bytes = 0;
  const sizes: Promise<void>[] = [];
  page.on('response', (response) => sizes.push(response.body().then((body) => void (bytes += gzipSync(body, { level: 9 }).length))));
  const seen = await visit(page, './');
  await page.waitForLoadState('networkidle');
  for (const id of CHAPTERS) await page.locator(`#${id}`).scrollIntoViewIfNeeded();
  await Promise.all(sizes);
  console.log(`the explainer before a press: ${bytes} bytes, compressed, in ${seen.requests.length} requests`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(seen.requests.filter((url) => /\.wasm|worker|models\//.test(url))).toEqual([]);
  expect(seen.requests.filter((url) => !url.startsWith(new URL(baseURL ?? '').origin))).toEqual([]);
  expect(seen.errors).toEqual([]);
});

test('one button, one race: the teacher answers, a copy learns, and nothing moves', async ({ page }, info) => {
  const shifted = await watchShifts(page);
  const seen = await visit(page, './?backend=cpu&steps=12&budget=200&items=20');
  const race = bar(page, 'race');
  const start = Date.now();
  await race.locator('[data-action="start"]').click();
  await expect(race).not.toHaveAttribute('data-phase', 'idle', { timeout: 60_000 });
  const answering = Date.now() - start;
  await expect.poll(async () => Number(await race.getAttribute('data-step')), { timeout: 60_000, intervals: [50] }).toBeGreaterThan(0);
  const learning = Date.now() - start;
  // For the report: how long it takes depends on the machine, so it is not asserted.
  info.annotations.push({ type: 'milliseconds from the press', description: `${answering} until the teacher answers, ${learning} until the copy learns` });
  console.log(`race: ${answering} ms until the teacher answers, ${learning} ms until the copy learns`);
  await expect(race).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
  const lanes = await page.locator('[data-race] .lane strong').allTextContents();
  expect(lanes[0]).toBe('always');
  for (const lane of lanes.slice(1)) expect(lane).toMatch(/^\d+(\.\d)? %$/);
  await expect(page.locator('[data-race] [data-verdict]')).toHaveCount(2);
  expect(await shifted()).toBeLessThan(0.05);
  expect(seen.errors).toEqual([]);
});

test('a reader runs two chapters, reads the verdicts, and the first one stays', async ({ page }) => {
  const seen = await visit(page, `./${SMALL}`);
  await finish(page, 'guardrails');
  const guardrails = page.locator('[data-figure="guardrails"]');
  await expect(guardrails.locator('[data-finding]')).toHaveCount(3);
  await expect(guardrails.locator('[data-finding] [data-verdict]').first()).toBeVisible();
  await expect(guardrails.locator('.here')).toHaveCount(4);
  await expect(guardrails).toContainText('One run is an anecdote');
  // Its settings are small ones, so the reference, if there is one, does not belong to it.
  await expect(guardrails).not.toContainText('of the reference');
  const before = await guardrails.locator('.here').allTextContents();
  await finish(page, 'bias');
  await expect(page.locator('[data-figure="bias"] [data-finding]')).toHaveCount(3);
  expect(await guardrails.locator('.here').allTextContents()).toEqual(before);
  // Two runs of one experiment are two runs.
  await finish(page, 'race');
  await finish(page, 'copy');
  await expect(page.locator('[data-race] .lane strong').nth(1)).toHaveText(/%/);
  await expect(page.locator('[data-figure="copy"] .here')).toHaveCount(7);
  // Once more is another seed.
  await expect(page.locator('[data-figure="copy"]')).toContainText('seed 1.');
  await runToEnd(bar(page, 'copy'));
  await expect(page.locator('[data-figure="copy"]')).toContainText('seed 2.');
  // The lab's charts, in place.
  await page.locator('[data-figure="copy"] summary').first().click();
  await expect(page.locator('[data-figure="copy-skills"] svg.plot').first()).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('[data-figure="copy"] a[href^="./lab.html"]')).toHaveAttribute('href', /steps=6/);
  expect(seen.errors).toEqual([]);
});

test('a run is paused and goes on, and gives way to another that is pressed', async ({ page }) => {
  await visit(page, './?backend=cpu&steps=4000&budget=100&items=10');
  const race = bar(page, 'race');
  await race.locator('[data-action="start"]').click();
  await expect(race).toHaveAttribute('data-phase', 'training', { timeout: 60_000 });
  await race.locator('[data-action="pause"]').click();
  await expect(race).toHaveAttribute('data-running', 'false');
  await expect(race.locator('[data-action="start"]')).toHaveText('Go on');
  await race.locator('[data-action="start"]').click();
  await expect(race).toHaveAttribute('data-running', 'true');
  await bar(page, 'access').locator('[data-action="start"]').click();
  await expect(bar(page, 'access')).toHaveAttribute('data-phase', 'training', { timeout: 60_000 });
  await expect(race).toHaveAttribute('data-running', 'false');
  await expect(race).toContainText('another run took its place');
});

test('where nothing can be computed chapters play recorded runs, and say so', async ({ page }) => {
  await page.clock.install();
  await visit(page, './?backend=recorded');
  for (const id of ['copy', 'guardrails', 'bias']) {
    await bar(page, id).locator('[data-action="start"]').click();
    await play(page, bar(page, id));
    await expect(bar(page, id)).toContainText('A recorded run');
  }
});

test('by keyboard alone: start a run, read a definition, go to a source', async ({ page }) => {
  await visit(page, `./${SMALL}`);
  const tabTo = async (selector: string): Promise<void> => {
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate((wanted) => {
        const element = document.activeElement as HTMLElement;
        return { there: element.matches(wanted), outline: getComputedStyle(element).outlineStyle, what: element.outerHTML.slice(0, 120) };
      }, selector);
      if (!focus.what.startsWith('<body')) expect(focus.outline, `an outline around ${focus.what}`).not.toBe('none');
      if (focus.there) return;
    }
    throw new Error(`Tab does not come to ${selector}`);
  };
  await tabTo('[data-run="race"] button');
  await page.keyboard.press('Enter');
  await expect(bar(page, 'race')).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
  await tabTo('.term');
  const definition = page.locator('[role="tooltip"]').first();
  await expect(definition).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(definition).toBeHidden();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#term-/);
  await tabTo('#copy [href^="#source-"]');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#source-/);
});

test('a definition comes with a touch and goes with the next', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ hasTouch: true, viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(baseURL ?? '');
  await expect(page.locator('html')).toBeVisible();
  const term = page.locator('.term').nth(1);
  const definition = page.locator('[role="tooltip"]').nth(1);
  await term.scrollIntoViewIfNeeded();
  await expect(definition).toBeHidden();
  await term.tap();
  await expect(definition).toBeVisible();
  expect(page.url()).not.toContain('#term');
  const box = await definition.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 360).toBe(true);
  expect(await sideways(page)).toBeLessThanOrEqual(0);
  await page.locator('h2').first().tap();
  await expect(definition).toBeHidden();
  await context.close();
});

test('no accessibility violations, no sideways scrolling, before and after a run', async ({ page }) => {
  const seen = await visit(page, `./${SMALL}`);
  await expectFine(page, looks(1280, 360));
  // 640 px is a window of 1280 px at 200 %; 320 px at 400 %.
  for (const { theme, width } of looks(640, 320)) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    expect(await sideways(page), `${theme}, ${width} px`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await finish(page, 'guardrails');
  await expectFine(page, looks(1280), { ready: () => page.locator('.term').first().focus() });
  expect(seen.errors).toEqual([]);
});

test('it prints as a paper: pages, light, with sources, date and version', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await visit(page, './?theme=dark');
  for (const format of ['A4', 'Letter']) {
    const pdf = await page.pdf({ format });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages, format).toBeGreaterThan(6);
    expect(pages, format).toBeLessThan(20);
    expect(pdf.length).toBeGreaterThan(50_000);
  }
  await page.emulateMedia({ media: 'print' });
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
  for (const hidden of ['[data-race]', '.contents', 'header button', '.bar']) await expect(page.locator(hidden).first()).toBeHidden();
  await expect(page.locator('.imprint')).toHaveText(/Stillroom \d+\.\d+\.\d+, built on \d{4}-\d\d-\d\d/);
  await expect(page.locator('#sources')).toBeVisible();
});

test('a script opens the engine here, too', async ({ page }) => {
  const seen = await visit(page, './?backend=cpu');
  const ready = await page.evaluate(() => (globalThis as unknown as { stillroom: { ready: Promise<{ backend: string }> } }).stillroom.ready);
  expect(ready.backend).toBe('cpu');
  const result = await run(page, { experiment: 'access', backend: 'cpu', arms: ['text'], steps: 2, budget: 50, items: 5 });
  expect(result.finished).toBe(true);
  // As the benchmark beside other libraries calls it.
  const losses = await page.evaluate(async () => {
    const api = (globalThis as unknown as { stillroom: { benchmark(options: object): Promise<{ losses: number[] }> } }).stillroom;
    return (await api.benchmark({ size: 'S', mode: 'kd', steps: 2, backend: 'cpu' })).losses;
  });
  expect(losses).toHaveLength(2);
  expect(seen.errors).toEqual([]);
});

test('the colours go with the reader to the lab', async ({ page }) => {
  await visit(page, './?backend=recorded');
  await page.locator('header button').click();
  await page.locator('header button').click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('link', { name: 'The lab', exact: true }).click();
  await expect(page).toHaveURL(/lab\.html\?backend=recorded&theme=dark/);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('link', { name: 'Explainer' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
