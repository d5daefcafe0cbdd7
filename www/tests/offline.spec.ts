import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { entriesOf, workerOf } from '../offline';
import { run, visit } from './helpers';
import { DIST, TestSite } from './site';

test.use({ serviceWorkers: 'allow' });

const TINY = 'backend=cpu&steps=3&budget=50&items=5&arms=text';
let site: TestSite;

test.beforeEach(async () => {
  site = new TestSite();
  await site.start();
});

test.afterEach(() => {
  site.stop();
});

/** What is kept of the site, as paths. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async (base) => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url.slice(base.length))));
    return all.flat();
  }, site.url());

/** Until a service worker answers for the site. */
async function installed(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state), { timeout: 60_000 }).toBe('activated');
}

const controlled = (page: Page): Promise<boolean> => page.evaluate(() => !!navigator.serviceWorker.controller);
const workers = (page: Page): Promise<number> => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);

test('after one visit to the lab it opens and computes without a connection', async ({ page }) => {
  const seen = await visit(page, site.url(`lab.html?${TINY}`));
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await installed(page);
  await expect.poll(async () => (await kept(page)).filter((path) => /\.wasm$|main\/model/.test(path)).length, { timeout: 60_000 }).toBe(2);
  site.down = true;
  site.asked = [];
  await page.reload();
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const result = await run(page, { experiment: 'capability', backend: 'cpu', steps: 3, budget: 50, items: 5, arms: ['text'] });
  expect(result.finished).toBe(true);
  // Every other page opens, too, from its own address and from a folder's.
  for (const path of ['', 'teach.html', 'lesson-policy.html', 'embed.html?experiment=bias']) {
    await page.goto(site.url(path));
    await expect(page.locator('h1').first(), path).toBeAttached();
  }
  expect(site.asked).toEqual([]);
  expect(seen.errors).toEqual([]);
});

test('a reader who presses nothing gets the pages, in idle time, and nothing of the engine', async ({ page }) => {
  await visit(page, site.url());
  await installed(page);
  const paths = await kept(page);
  expect(paths).toEqual(expect.arrayContaining(['index.html', 'lab.html', 'teach.html', 'reference/bias.json', 'recorded/capability.json']));
  expect(paths.filter((path) => /\.wasm$|^models\//.test(path))).toEqual([]);
  expect(site.asked.filter((path) => /\.wasm$|^models\//.test(path))).toEqual([]);
  // The page that was loaded without it stays without it.
  expect(await controlled(page)).toBe(false);
});

test('everything is kept where a reader asks for it: an experiment that was never run works without a connection', async ({ page }) => {
  const seen = await visit(page, site.url('teach.html'));
  const card = page.locator('[data-offline]');
  await expect(card).toHaveAttribute('data-offline', 'some', { timeout: 60_000 });
  await card.locator('[data-action="keep-offline"]').click();
  await expect(card).toHaveAttribute('data-offline', 'whole', { timeout: 60_000 });
  await expect(card.locator('button')).toHaveCount(0);
  site.down = true;
  await page.goto(site.url(`embed.html?experiment=guardrails&backend=cpu&steps=3&budget=50&items=5&figures=`));
  await page.locator('[data-action="start"]').click();
  await expect(page.locator('[data-run="embed"]')).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
  expect(seen.errors).toEqual([]);
});

/** The same site with another page, another chunk, another model, and another reference. */
function anotherVersion(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stillroom-b-'));
  cpSync(DIST, folder, { recursive: true });
  const assets = readdirSync(join(folder, 'assets'));
  const chunk = assets.find((name) => /^figures-.*\.js$/.test(name)) ?? '';
  expect(chunk).not.toBe('');
  for (const name of [...assets.map((asset) => `assets/${asset}`), 'index.html', 'lab.html']) {
    if (!/\.(js|html)$/.test(name)) continue;
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replaceAll(chunk, 'figures-B.js').replace('<html ', '<html data-version="B" '));
  }
  cpSync(join(folder, 'assets', chunk), join(folder, 'assets/figures-B.js'));
  rmSync(join(folder, 'assets', chunk));
  for (const path of ['models/main/card.json', 'reference/bias.json']) writeFileSync(join(folder, path), `${readFileSync(join(folder, path), 'utf8')}\n`);
  const script = readFileSync(join(DIST, 'sw.js'), 'utf8').split('\n').slice(1).join('\n');
  writeFileSync(join(folder, 'sw.js'), workerOf(entriesOf(folder), script));
  return folder;
}

test('an update does not mix versions: old pages stay whole, the new one comes when they are gone', async ({ page, context }) => {
  const folder = anotherVersion();
  try {
    await visit(page, site.url());
    await installed(page);
    await page.reload();
    expect(await controlled(page)).toBe(true);
    const other = await context.newPage();
    await other.goto(site.url('teach.html'));

    site.folder = folder;
    site.asked = [];
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
    await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state), { timeout: 60_000 }).toBe('installed');
    // What both versions have is not loaded twice.
    expect(site.asked.sort().filter((path, at, all) => all.indexOf(path) === at)).toEqual(expect.arrayContaining(['assets/figures-B.js', 'index.html', 'sw.js']));
    expect(site.asked).not.toContain('reference/capability.json');

    // The page of A: chunks that its host has no more, files of the same address with other bytes.
    const get = (path: string): Promise<string> =>
      page.evaluate(
        (url) =>
          fetch(url).then(
            async (answer) => `${answer.status} ${(await answer.text()).length}`,
            () => 'refused',
          ),
        site.url(path),
      );
    const chunk = readdirSync(join(DIST, 'assets')).find((name) => /^figures-.*\.js$/.test(name)) ?? '';
    const size = (path: string): string => `200 ${readFileSync(join(DIST, path), 'utf8').length}`;
    expect(await get(`assets/${chunk}`)).toBe(size(`assets/${chunk}`));
    expect(await get('reference/bias.json')).toBe(size('reference/bias.json'));
    expect(await get('models/main/card.json')).toBe('refused');
    // Two are open: loaded again they are still of A, and stay whole.
    await page.reload();
    await expect(page.locator('html')).not.toHaveAttribute('data-version');
    expect(await get(`assets/${chunk}`)).toBe(size(`assets/${chunk}`));

    // One is open: loaded again it is B, with the files of B. The browser may need a moment to see that the other is gone.
    await other.close();
    await expect(async () => {
      await page.reload();
      await expect(page.locator('html')).toHaveAttribute('data-version', 'B', { timeout: 5_000 });
    }).toPass({ timeout: 60_000 });
    await expect.poll(() => page.evaluate(async () => (await caches.keys()).length)).toBe(1);
    expect(await get('models/main/card.json')).toBe(`200 ${readFileSync(join(folder, 'models/main/card.json'), 'utf8').length}`);
    expect(await get(`assets/${chunk}`)).toBe('404 0');
    expect(await get('assets/figures-B.js')).toMatch(/^200/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('with ?nosw nothing is kept, and what was kept is given up', async ({ page }) => {
  await visit(page, site.url('lab.html?backend=recorded&nosw'));
  await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('[data-notice]')).toHaveCount(0);
  await expect(page.locator('[data-offline]')).toContainText('nosw');
  expect(await workers(page)).toBe(0);
  // The word goes along to the other pages.
  await expect(page.getByRole('link', { name: 'Teaching' })).toHaveAttribute('href', /nosw/);

  await page.goto(site.url());
  await installed(page);
  await page.reload();
  expect(await controlled(page)).toBe(true);
  site.asked = [];
  await page.goto(site.url('?nosw'));
  await expect.poll(() => kept(page)).toEqual([]);
  await expect.poll(() => workers(page)).toBe(0);
  expect(site.asked).toContain('index.html');
  site.down = true;
  await expect(page.goto(site.url('lab.html'))).rejects.toThrow();
});

test('where service workers are denied the pages work as ever, and a frame never has one of its own', async ({ page }) => {
  await page.addInitScript(() => {
    if (location.hash === '#denied') {
      Object.defineProperty(Navigator.prototype, 'serviceWorker', {
        get: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    }
  });
  for (const path of ['teach.html?theme=dark', 'embed.html?theme=dark']) {
    const seen = await visit(page, `${site.url(path)}#denied`);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    expect(seen.errors).toEqual([]);
  }
  await visit(page, site.url(`embed.html?${TINY}&figures=`));
  await page.locator('[data-action="start"]').click();
  await expect(page.locator('[data-run="embed"]')).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
  expect(site.asked).not.toContain('sw.js');
});

test('it can be installed: the manifest is understood, and its icons have the sizes that it names', async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  await visit(page, site.url());
  const { errors, data } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? '') as { icons: { src: string; sizes: string; purpose?: string }[]; start_url: string; scope: string };
  expect([manifest.start_url, manifest.scope]).toEqual(['./', './']);
  for (const icon of manifest.icons.filter(({ src }) => src.endsWith('.png'))) {
    const size = await page.evaluate(async (url) => {
      const image = await createImageBitmap(await (await fetch(url)).blob());
      return `${image.width}x${image.height}`;
    }, new URL(icon.src, site.url()).href);
    expect(size, icon.src).toBe(icon.sizes);
  }
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A test's window is a private one.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
});
