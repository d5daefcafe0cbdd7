import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, sideways } from './accessible';
import { experiments, visit, watchShifts } from './helpers';

const SMALL = 'backend=cpu&steps=6&budget=50&items=5&arms=logits,text';
const PARTS = ['title', 'question', 'expected', 'predict', 'start', 'reset', 'progress', 'answers', 'save', 'verdicts', 'cautions', 'lab'];
const KEYS = (experiments[0]?.settings ?? []).map((row) => row.key);

interface Said {
  frame: number;
  data: { from: string; version: number; type: string; height?: number; state?: string; students?: { arm: string; figures: object }[]; verdicts?: unknown[]; backend?: string };
}

// ---- a page of somebody else's, on another port: course pages are never on our origin

let server: Server;
let port = 0;
/** What it serves, by path. */
const documents: Record<string, string> = {};

test.beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(documents[request.url ?? ''] ?? '<!doctype html><title>nothing</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as AddressInfo).port;
});

test.afterAll(() => {
  server.close();
});

/** Opens a host page with these frames; what they say is written down in its `said`. */
async function frames(page: Page, addresses: string[], host = 'localhost'): Promise<void> {
  const all = addresses.map((address) => `<iframe src="${address}" title="An experiment" width="340" height="700"></iframe>`).join('');
  documents['/'] = `<!doctype html><html lang="en"><title>A course</title><main><h1>A course</h1>${all}</main><script>
    var said = [];
    addEventListener('message', (event) => {
      const frame = [...document.querySelectorAll('iframe')].findIndex((one) => one.contentWindow === event.source);
      said.push({ frame, data: event.data });
    });
    function tell(data) { document.querySelector('iframe').contentWindow.postMessage(data, '*'); }
  </script></html>`;
  await page.goto(`http://${host}:${port}/`);
}

const said = (page: Page): Promise<Said[]> => page.evaluate(() => (globalThis as unknown as { said: Said[] }).said);
const tell = (page: Page, data: unknown): Promise<void> => page.evaluate((message) => (globalThis as unknown as { tell(data: unknown): void }).tell(message), data);
const state = async (page: Page): Promise<string | undefined> => (await said(page)).filter(({ data }) => data.type === 'state').at(-1)?.data.state;
const told = (message: object): object => ({ to: 'stillroom', version: 1, ...message });

test('nothing moves while a frame is loaded', async ({ page }) => {
  await page.setViewportSize({ width: 700, height: 900 });
  const shifted = await watchShifts(page);
  await visit(page, './embed.html');
  await expect(page.locator('[data-reference]')).toBeAttached();
  await expect(page.locator('svg.plot').first()).toBeVisible();
  expect(await shifted()).toBeLessThan(0.05);
});

test('a frame on another origin says its height and its result, and does what its host tells it', async ({ page, baseURL }) => {
  const seen: string[] = [];
  page.on('pageerror', (error) => seen.push(error.message));
  await page.setViewportSize({ width: 400, height: 900 });
  await frames(page, [`${baseURL}embed.html?${SMALL}&theme=light`]);
  await expect.poll(async () => (await said(page)).map(({ data }) => data.type)).toEqual(expect.arrayContaining(['ready', 'state', 'height']));
  await tell(page, told({ type: 'set', values: { theme: 'dark', seed: 7 } }));
  const inside = page.frameLocator('iframe');
  await expect(inside.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(inside.locator('#set-seed')).toHaveValue('7');
  await tell(page, told({ type: 'start' }));
  await expect.poll(() => state(page), { timeout: 60_000 }).toBe('finished');

  const all = await said(page);
  expect(all.every(({ data }) => data.from === 'stillroom' && data.version === 1)).toBe(true);
  const results = all.filter(({ data }) => data.type === 'result');
  expect(results).toHaveLength(1);
  expect(results[0]?.data).toMatchObject({ experiment: 'capability', backend: 'cpu', settings: { seed: 7, steps: 6 } });
  expect(results[0]?.data.students?.map((student) => student.arm)).toEqual(['logits', 'text']);
  expect(results[0]?.data.students?.[0]?.figures).toHaveProperty('kl');
  expect(results[0]?.data.verdicts?.length).toBe(experiments[0]?.thresholds.length);
  // As high as it says, it needs no scroll bar.
  const height = all.filter(({ data }) => data.type === 'height').at(-1)?.data.height ?? 0;
  await page.locator('iframe').evaluate((frame, high) => ((frame as HTMLElement).style.height = `${high}px`), height + 4);
  const over = await inside.locator('html').evaluate((root) => [root.scrollHeight - root.clientHeight, root.scrollWidth - root.clientWidth]);
  expect(over).toEqual([0, 0]);
  await expect(inside.locator('[data-part="lab"] a')).toHaveAttribute('href', /^\.\/lab\.html\?.*steps=6.*seed=7/);
  expect(seen).toEqual([]);
});

// Within a page of another site Chromium may deny locks; within one of the same site they work.
for (const host of ['localhost', '127.0.0.1']) {
  test(`two frames at once: one trains, the other waits for its turn (${host})`, async ({ page, baseURL }) => {
    await page.setViewportSize({ width: 900, height: 900 });
    const address = `${baseURL}embed.html?${SMALL}&start=visible&figures=&hide=verdicts,cautions`;
    await frames(page, [address, address.replace('steps=6', 'steps=5')], host);
    await expect.poll(async () => (await said(page)).filter(({ data }) => data.type === 'result').map(({ frame }) => frame).sort(), { timeout: 60_000 }).toEqual([0, 1]);
    const now: Record<number, string> = {};
    const course: string[] = [];
    for (const { frame, data } of await said(page)) {
      if (data.type !== 'state') continue;
      now[frame] = data.state ?? '';
      if (data.state !== 'idle') course.push(`${data.state} ${frame}`);
      expect(Object.values(now).filter((one) => one === 'running').length).toBeLessThanOrEqual(1);
    }
    const second = course.findLast((one) => one.startsWith('running'))?.slice(-1);
    expect(course).toContain(`waiting ${second}`);
    expect(course.indexOf(`running ${second}`)).toBeGreaterThan(course.indexOf(`finished ${1 - Number(second)}`));
  });
}

test('out of sight a frame rests, and nothing is loaded for it', async ({ page, baseURL }) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.setViewportSize({ width: 400, height: 500 });
  await frames(page, [`${baseURL}embed.html?${SMALL.replace('steps=6', 'steps=4000')}&start=visible&figures=`]);
  await page.evaluate(() => {
    const main = document.querySelector('main') as HTMLElement;
    main.style.paddingTop = '3000px';
  });
  await expect.poll(() => state(page), { timeout: 30_000 }).toMatch(/idle|paused/);
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await expect.poll(() => state(page), { timeout: 30_000 }).toBe('running');
  await expect.poll(() => requests.some((url) => url.endsWith('.wasm')), { timeout: 30_000 }).toBe(true);
  await page.evaluate(() => scrollTo(0, 0));
  await expect.poll(() => state(page)).toMatch(/idle|paused/);
});

test('messages of strangers, and those of no known shape, change nothing', async ({ page, baseURL }) => {
  await frames(page, [`${baseURL}embed.html?${SMALL}&theme=light&figures=`]);
  const inside = page.frameLocator('iframe').first();
  await expect(inside.locator('[data-action="start"]')).toBeVisible();
  // Another frame of the host's page, of another origin, speaks the right language to its neighbour.
  documents['/stranger'] = `<!doctype html><title>s</title><script>
    for (const message of [${JSON.stringify(told({ type: 'start' }))}, ${JSON.stringify(told({ type: 'set', values: { theme: 'dark' } }))}]) parent.frames[0].postMessage(message, '*');
    parent.postMessage('spoken', '*');
  </script>`;
  await page.evaluate((url) => {
    const stranger = document.createElement('iframe');
    stranger.src = url;
    document.body.append(stranger);
  }, `http://127.0.0.1:${port}/stranger`);
  await expect.poll(async () => (await said(page)).some(({ data }) => (data as unknown) === 'spoken')).toBe(true);
  const hostile = ['start', null, 7, [told({ type: 'start' })], { type: 'start' }, { to: 'stillroom', version: 2, type: 'start' }, told({ type: 'start', html: '<img src=x onerror=alert(1)>' }), told({ type: 'set', values: { theme: '<img src=x>' } }), told({ type: 'set', values: { seed: 9, backend: 'webgpu' } }), told({ type: '__proto__' })];
  for (const message of hostile) await tell(page, message);
  // The line is open: what comes after them arrives.
  await tell(page, told({ type: 'set', values: { seed: 5 } }));
  await expect(inside.locator('#set-seed')).toHaveValue('5');
  await expect(inside.locator('html')).toHaveAttribute('data-theme', 'light');
  expect(await state(page)).toBe('idle');
  await expect(inside.locator('img')).toHaveCount(0);
});

test('what is hidden is not there, and what is not hidden is', async ({ page }) => {
  const places: Record<string, string> = {
    title: 'h1:not(.hidden)',
    question: '[data-part="question"]',
    expected: '[data-part="expected"]',
    predict: '[data-part="predict"]',
    start: '[data-action="start"]',
    reset: '[data-action="reset"]',
    progress: 'progress',
    answers: '[data-part="answers"]',
    save: '[aria-label="Save this chart"]',
    verdicts: '[data-part="verdicts"]',
    cautions: '[data-part="cautions"]',
    lab: '[data-part="lab"]',
    ...Object.fromEntries(KEYS.map((key) => [key, `[name="${key}"]`])),
  };
  expect(Object.keys(places).sort()).toEqual([...PARTS, ...KEYS].sort());
  const seen = await visit(page, './embed.html?hide=&figures=skills,cost');
  await expect(page.locator('figure')).toHaveCount(2);
  for (const place of Object.values(places)) await expect(page.locator(place).first(), place).toBeAttached();
  await visit(page, `./embed.html?hide=${[...PARTS, ...KEYS].join(',')}&figures=`);
  await expect(page.locator('h1')).toBeAttached();
  for (const place of [...Object.values(places), 'figure', 'button', 'input', 'select', '[data-notice]']) await expect(page.locator(place), place).toHaveCount(0);
  await expect(page.getByText('A tiny invented world: it shows')).toBeVisible();
  expect(seen.errors).toEqual([]);
  expect(seen.requests.filter((url) => /\.wasm|models\//.test(url))).toEqual([]);
});

test('by keyboard alone: predict, start, verdict; nothing that axe finds wrong, in both themes at 320 px', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await visit(page, `./embed.html?${SMALL}&hide=&theme=light`);
  await expect(page.locator('[data-action="start"]')).toBeVisible();
  // A prediction, too: the space bar chooses the first answer.
  await page.locator('[data-part="predict"] input').first().focus();
  await page.keyboard.press('Space');
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['action'] === 'start')) break;
  }
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-run="embed"]')).toHaveAttribute('data-finished', 'true', { timeout: 60_000 });
  await expect(page.locator('[data-finding]')).toHaveCount(experiments[0]?.thresholds.length ?? 0);
  await expect(page.locator('[data-predicted="closer"]')).toContainText('You said that it will hold.');
  await expect(page.locator('[data-part="predict"] input')).toHaveCount(0);
  await expectAccessible(page);
  expect(await sideways(page)).toBeLessThanOrEqual(0);
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
  await expectAccessible(page);
});

for (const path of ['teach.html', 'lesson-secondary.html']) {
  test(`a page for teachers: nothing that axe finds wrong, no sideways scrolling: ${path}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const seen = await visit(page, `./${path}?theme=light`);
    for (const [theme, width] of [['light', 1280], ['dark', 320]] as const) {
      // The page's own button: from light to dark.
      if (theme === 'dark') await page.locator('header button').click();
      await page.setViewportSize({ width, height: 800 });
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      if (path === 'teach.html') {
        // The preview is loaded when it comes near.
        await page.locator('.preview iframe').scrollIntoViewIfNeeded();
        await expect(page.frameLocator('.preview iframe').locator('h1')).toBeAttached();
      }
      await expectAccessible(page);
      expect(await sideways(page)).toBeLessThanOrEqual(0);
    }
    expect(seen.errors).toEqual([]);
  });
}

test('a teacher builds a frame: the preview is what the line says', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await visit(page, './teach.html');
  await page.locator('#build-set-experiment').selectOption('guardrails');
  await page.locator('#build-set-seed').fill('12');
  await page.locator('#build-set-seed').press('Tab');
  await page.locator('#build-set-start').selectOption('visible');
  await page.locator('#build-set-start').selectOption('press');
  await page.locator('[name="parts"][value="start"]').uncheck();
  await page.locator('[name="figures"][value="distance"]').check();
  await page.getByRole('button', { name: 'Copy the line' }).click();
  const line = await page.evaluate(() => navigator.clipboard.readText());
  await expect(page.locator('#build-html')).toHaveValue(line);
  expect(line).toMatch(/^<iframe src="http:\/\/localhost:\d+\/embed\.html\?experiment=guardrails&amp;.*" title="What happens to the guardrail" width="100%" height="900"/);
  const inside = page.frameLocator('.preview iframe');
  await expect(inside.locator('h1')).toHaveText('What happens to the guardrail');
  await expect(inside.locator('figure')).toHaveCount(2);
  await expect(inside.locator('[data-action="start"]')).toHaveCount(0);
  await expect(inside.locator('#set-seed')).toHaveValue('12');
  await expect(inside.locator('[data-notice]')).toHaveCount(0);
  // The height that the frame announces can be taken over.
  await page.locator('[data-action="fit"]').click();
  await expect(page.locator('#build-html')).not.toHaveValue(/height="900"/);
});

test('a lesson reads without scripts, and its worksheet is a page of its own', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  for (const name of ['secondary', 'undergraduate', 'policy']) {
    await page.goto(`${baseURL}lesson-${name}.html`);
    await expect(page.locator('#worksheet table')).toBeVisible();
    await expect(page.locator('#steps a[href^="lab.html?"]').first()).toBeVisible();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#worksheet').evaluate((sheet) => getComputedStyle(sheet).breakBefore)).toBe('page');
    await page.emulateMedia({ media: 'screen' });
  }
  await context.close();
});
