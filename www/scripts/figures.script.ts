/// `npm run figures`: how soon every page is there, and what it weighs before anybody presses anything, as a table.
///
/// Times are the browser's own entries, the median of a few visits; they belong to the machine that ran this. Bytes do not: each
/// answer is compressed here, as a host would send it. `desk` is this machine as it is. `phone` is 360 px wide, with a processor
/// four times slower and a line of 1.6 Mbit/s and 150 ms; for it the host has to send compressed files (`cargo xtask build`).
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { test, type Browser } from '@playwright/test';
import type { Version } from '../src/offline/list';
import { pages } from './pages';

const VISITS = Number(process.env['STILLROOM_VISITS'] ?? 3);
/** A page that is not quiet by then is measured as it is. */
const QUIET_MS = 60_000;
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const KINDS = {
  desk: { width: 1280, slower: 1, line: undefined },
  phone: { width: 360, slower: 4, line: { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 } },
};
type Kind = keyof typeof KINDS;

interface Visit {
  paint: number;
  blocked: number;
  shift: number;
  bytes: number;
  requests: number;
}

const compressed = new Map<string, number>();
function weigh(url: string, body: Buffer): number {
  const known = compressed.get(url);
  if (known !== undefined) return known;
  const size = /\.(png|woff2)$|\.safetensors$/.test(url) ? body.length : brotliCompressSync(body).length;
  compressed.set(url, size);
  return size;
}

async function visit(browser: Browser, url: string, kind: Kind): Promise<Visit> {
  const { width, slower, line } = KINDS[kind];
  // A new visitor each time; what a service worker keeps afterwards is said below.
  const context = await browser.newContext({ viewport: { width, height: 800 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  if (line) {
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', line);
  }
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => sizes.push(response.body().then((body) => weigh(response.url(), body), () => 0)));
  await page.addInitScript(() => {
    const seen = { blocked: 0, shift: 0 };
    (globalThis as { seen?: typeof seen }).seen = seen;
    new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (seen.blocked += Math.max(0, duration - 50)))).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (seen.shift += (entry as unknown as { value: number }).value))).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url);
  await page.waitForLoadState('networkidle', { timeout: QUIET_MS }).catch(() => console.log(`${url}: still loading after ${QUIET_MS / 1000} s`));
  const times = await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    ...(globalThis as unknown as { seen: { blocked: number; shift: number } }).seen,
  }));
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  await context.close();
  return { ...times, bytes, requests: sizes.length };
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

test('figures', async ({ browser, baseURL }) => {
  test.setTimeout(0);
  const head = ['| page | on | first paint, ms | blocked, ms | layout shift | requests | kB |', '|---|---|---:|---:|---:|---:|---:|'];
  console.log(head.join('\n'));
  for (const file of pages) {
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const visits: Visit[] = [];
      for (let one = 0; one < VISITS; one++) visits.push(await visit(browser, `${baseURL}${file}`, kind));
      const of = (key: keyof Visit): number => median(visits.map((each) => each[key]));
      console.log(`| ${file} | ${kind} | ${of('paint').toFixed(0)} | ${of('blocked').toFixed(0)} | ${of('shift').toFixed(3)} | ${of('requests')} | ${(of('bytes') / 1000).toFixed(1)} |`);
    }
  }

  const script = readFileSync(`${DIST}sw.js`, 'utf8');
  const version = JSON.parse(script.slice(script.indexOf('{'), script.indexOf(';\n'))) as Version;
  const first = version.entries.filter(({ when }) => when === 'first').map(({ path }) => brotliCompressSync(readFileSync(DIST + path)).length);
  const sum = first.reduce((all, size) => all + size, brotliCompressSync(script).length);
  console.log(`\nAfterwards, in idle time, the service worker asks for ${first.length} files of ${(sum / 1000).toFixed(0)} kB, of which the browser has those of the page already.`);
  console.log(`The engines: ${readdirSync(`${DIST}assets`).filter((name) => name.endsWith('.wasm')).map((name) => `${(brotliCompressSync(readFileSync(`${DIST}assets/${name}`)).length / 1000).toFixed(0)} kB`).join(', ')}.`);
});
