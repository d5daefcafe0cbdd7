import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectFine, looks, sideways } from './accessible';
import { visit } from './helpers';
import { mirrorSpanish } from './pseudo';

// What is fetched is looked at, and sometimes replaced: nothing may answer in between.
test.use({ serviceWorkers: 'block' });

const LONG = 'backend=cpu&steps=4000&budget=100&items=10';
const LANGUAGES = [
  { code: 'es', tag: 'es', h1: '¿Qué se copia', start: 'Empezar la carrera', note: 'ningún hablante la ha leído', begin: 'Empezar' },
  { code: 'zh', tag: 'zh-Hans', h1: '复制了什么', start: '开始比赛', note: '还没有中文读者', begin: '开始' },
];
/** The files of the other languages. */
const STRINGS = /\/assets\/(es|zh)-[^/]*\.js$/;

const race = (page: Page): Locator => page.locator('[data-run="race"]');
const choice = (page: Page): Locator => page.locator('[data-action="language"]');
const middle = async (place: Locator): Promise<number> => {
  const box = await place.boundingBox();
  return box ? box.x + box.width / 2 : NaN;
};

test('who reads English loads no other language, whatever the browser prefers', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ locale: 'es-ES' });
  const page = await context.newPage();
  const seen = await visit(page, baseURL ?? '');
  await page.waitForLoadState('networkidle');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('h1')).toHaveText(/^What is copied/);
  await expect(page.locator('[data-translation]')).toHaveCount(0);
  expect(seen.requests.filter((url) => STRINGS.test(url))).toEqual([]);
  await context.close();
});

for (const { code, tag, h1, start, note, begin } of LANGUAGES) {
  test(`${code}: first screen and interface are translated, marked as unread, and the chapters are marked as English`, async ({ page }) => {
    const seen = await visit(page, `./?lang=${code}`);
    const html = page.locator('html');
    await expect(html).toHaveAttribute('lang', tag);
    await expect(html).toHaveAttribute('dir', 'ltr');
    await expect(page.locator('h1')).toContainText(h1);
    await expect(race(page).locator('button')).toHaveText(start);
    await expect(page.locator('[data-translation]')).toContainText(note);
    await expect(choice(page)).toHaveValue(code);
    await expect(page).toHaveTitle(/^Stillroom(:|：)/);
    expect(await page.title()).not.toContain('What');
    // English within: chapters whole, and of other parts what nobody has translated.
    const languageOf = (selector: string): Promise<string | undefined> => page.locator(selector).first().evaluate((element) => element.closest<HTMLElement>('[lang]')?.lang);
    for (const english of ['#copy h2', '#copy blockquote', '#copy .prose', '#what p', '#glossary dd', '#sources li', '[data-key-finding] span', '.contents [href="#copy"]']) {
      expect(await languageOf(english), english).toBe('en');
    }
    for (const own of ['h1', '[data-race] h2', '#copy h3', '#copy [data-run] button', '#findings h2', '.contents [href="#findings"]', 'footer']) {
      expect(await languageOf(own), own).toBe(tag);
    }
    // The lab comes along, with its run bar.
    await page.locator('header nav a[href^="./lab.html"]').click();
    await expect(page).toHaveURL(new RegExp(`lab\\.html\\?lang=${code}`));
    await expect(page.locator('.buttons [data-action="start"]')).toHaveText(begin);
    expect(await languageOf('.buttons button')).toBe(tag);
    expect(await languageOf('#headline')).toBe('en');
    expect(seen.errors).toEqual([]);
  });
}

test('to switch the language keeps the run, the place, the focus and the address', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const seen = await visit(page, `./?${LONG}&theme=dark#race-title`);
  const step = async (): Promise<number> => Number(await race(page).getAttribute('data-step'));
  await race(page).locator('[data-action="start"]').click();
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(0);
  await choice(page).focus();
  // What is in sight stays in sight: here the beginning of a chapter, above which every text changes its length.
  const top = (): Promise<number> => page.locator('#copy h2').evaluate((title) => title.getBoundingClientRect().top);
  await page.evaluate(() => document.querySelector('#copy')?.scrollIntoView());
  const before = await step();
  const place = await top();
  expect(place).toBeLessThan(300);
  await choice(page).selectOption('zh');
  await expect(race(page).locator('[data-action="pause"]')).toHaveText('暂停');
  await expect(page).toHaveURL(new RegExp(`\\?backend=cpu&theme=dark&lang=zh&.*steps=4000.*#race-title$`));
  expect(Math.abs((await top()) - place)).toBeLessThan(2);
  await expect(choice(page)).toBeFocused();
  await expect(race(page)).toHaveAttribute('data-running', 'true');
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(before);
  await expect(race(page)).toContainText('共 4,000 步');
  await choice(page).selectOption('es');
  await expect(race(page)).toContainText(/Paso \d+ de 4000/);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await choice(page).selectOption('en');
  await expect(race(page).locator('[data-action="pause"]')).toHaveText('Pause');
  await expect(page).not.toHaveURL(/lang=/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('#copy')).not.toHaveAttribute('lang', /./);
  await expect(race(page)).toHaveAttribute('data-running', 'true');
  expect(await step()).toBeGreaterThanOrEqual(before);
  expect(seen.errors).toEqual([]);
});

test('a notice speaks the language of the page, and follows it', async ({ page }) => {
  await visit(page, './teach.html?lang=es&theme=blue');
  const notice = page.locator('[data-notice="info"]');
  await expect(notice).toContainText('Parte de la dirección no se tuvo en cuenta: theme admite uno de estos valores: auto, light, dark; no «blue».');
  await choice(page).selectOption('en');
  await expect(notice).toContainText('theme takes one of auto, light, dark, not “blue”.');
});

test('a script is answered in English, whatever the page speaks', async ({ page }) => {
  await visit(page, './lab.html?lang=zh&backend=recorded');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  const refusal = await page.evaluate(async () => {
    const api = (globalThis as unknown as { stillroom: { run(options: object): Promise<unknown> } }).stillroom;
    return api.run({ steps: 'many' }).then(() => '', (error: Error) => error.message);
  });
  expect(refusal).toMatch(/^run: steps takes a whole number from \d+ to \d+, not “many”\.$/);
  // In the form the same is said in the language of the page.
  await page.locator('details.settings summary').click();
  await page.locator('#set-steps').fill('0');
  await page.locator('#set-steps').blur();
  await expect(page.locator('#problem-steps')).toContainText(/^steps 须为 \d+ 到 \d+ 之间的整数/);
});

test('where a language cannot be loaded the page stays as it is, and says so', async ({ page }) => {
  await page.route(STRINGS, (route) => route.abort());
  await visit(page, './?backend=recorded');
  await choice(page).selectOption('es');
  await expect(page.locator('[data-notice="error"]')).toContainText('This language could not be loaded');
  await expect(choice(page)).toHaveValue('en');
  await expect(page).toHaveURL(/\?backend=recorded$/);
  await expect(page.locator('h1')).toHaveText(/^What is copied/);
});

test('a frame speaks the language of its address', async ({ page }) => {
  const seen = await visit(page, './embed.html?lang=zh&experiment=guardrails');
  await expect(page.locator('[data-run="embed"] button').first()).toHaveText('开始');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await expect(page.locator('main')).toHaveAttribute('lang', 'en');
  await expect(page.locator('[data-part="lab"] a')).toHaveAttribute('href', /lang=zh/);
  expect(seen.errors).toEqual([]);
});

for (const name of ['', 'lab.html', 'teach.html', 'embed.html']) {
  test(`no accessibility violations and no sideways scrolling in any language: ${name || 'index.html'}`, async ({ page }) => {
    for (const { code, tag } of LANGUAGES) {
      // A frame is not asked for another language while it is open.
      const chosen = code === LANGUAGES[0]?.code || name === 'embed.html';
      if (chosen) await visit(page, `./${name}?backend=recorded&lang=${code}`);
      else await choice(page).selectOption(code);
      await expect(page.locator('html')).toHaveAttribute('lang', tag);
      for (const width of [1280, 360, 320]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await sideways(page), `${code}, ${width} px`).toBeLessThanOrEqual(0);
      }
      await expectFine(page, looks(320));
    }
  });
}

test('from right to left: the page mirrors, English within it does not, and nothing runs over the edge', async ({ page }) => {
  await mirrorSpanish(page);
  const seen = await visit(page, './?lang=es&backend=cpu&steps=12&budget=100&items=10');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  const direction = (selector: string): Promise<string> => page.locator(selector).first().evaluate((element) => getComputedStyle(element).direction);
  await page.setViewportSize({ width: 1280, height: 900 });
  expect(await middle(page.locator('header .name').first())).toBeGreaterThan(await middle(page.locator('header nav')));
  expect(await middle(page.locator('header nav'))).toBeGreaterThan(await middle(page.locator('header .theme')));
  expect(await middle(page.locator('.first .title'))).toBeGreaterThan(await middle(page.locator('[data-race]')));
  expect(await middle(page.locator('.contents'))).toBeGreaterThan(await middle(page.locator('article')));
  for (const own of ['h1', '[data-race]', '#findings', '#copy h3', '[data-run="copy"]']) expect(await direction(own), own).toBe('rtl');
  for (const english of ['#copy', '#copy .prose', '#what', '#glossary dl', '[data-key-finding] span', '[data-figure="copy"] .scale']) expect(await direction(english), english).toBe('ltr');
  // A rule beside a text stands where the text begins.
  const edges = await page.locator('.contents ol').evaluate((list) => [getComputedStyle(list).borderRightWidth, getComputedStyle(list).borderLeftWidth]);
  expect(edges).toEqual(['1px', '0px']);
  await race(page).locator('[data-action="start"]').click();
  await expect(race(page)).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
  // Runners start at the right.
  const lane = page.locator('[data-race] .lane').nth(1);
  const [way, run] = [await lane.locator('.way').boundingBox(), await lane.locator('.run').boundingBox()];
  expect(Math.abs((way?.x ?? 0) + (way?.width ?? 0) - (run?.x ?? 0) - (run?.width ?? 0))).toBeLessThan(1);
  expect(run?.width).toBeLessThan(way?.width ?? 0);
  for (const name of ['', 'lab.html', 'teach.html', 'lesson-policy.html', 'embed.html']) {
    if (name) await visit(page, `./${name}?lang=es&backend=recorded`);
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    for (const width of [1280, 640, 360, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await sideways(page), `${name} ${width} px`).toBeLessThanOrEqual(0);
      // To the left is the way that text runs over here.
      const over = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((element) => !element.closest('svg, .hidden, .skip, dialog, iframe') && element.getBoundingClientRect().left < -1).map((element) => element.outerHTML.slice(0, 80)));
      expect(over, `${name} ${width} px`).toEqual([]);
    }
  }
  expect(seen.errors).toEqual([]);
});
