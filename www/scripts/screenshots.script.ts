/// `npm run screenshots`: every page, wide and narrow, light and dark; the pages that compute also on each tier, after a small run.
/// They go to `target/screenshots`, or where `STILLROOM_SHOTS` says.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { pages } from './pages';

const FOLDER = resolve(process.env['STILLROOM_SHOTS'] ?? fileURLToPath(new URL('../../target/screenshots', import.meta.url)));
const WIDTHS = [1280, 360];
const THEMES = ['light', 'dark'] as const;
/** Small enough for a GPU that is imitated in software. */
const RUNS: Record<string, string> = {
  webgpu: 'backend=webgpu&arms=logits,text&steps=4&budget=50&items=5',
  cpu: 'backend=cpu&steps=60&budget=400&items=20',
  recorded: 'backend=recorded',
};
/** The pages on which something is run, by the button that starts it and by what says that it has ended. */
const RUNNING: Record<string, { start: string; ended: string; more: string }> = {
  'lab.html': { start: '[data-action="start"]', ended: '.bar[data-finished="true"]', more: '' },
  'embed.html': { start: '[data-action="start"]', ended: '[data-run="embed"][data-finished="true"]', more: '&hide=' },
};

/** What stays in sight while one scrolls would lie across the middle of a picture of the whole page. */
const STILL = 'footer { position: static !important }';
// The style above is not the page's own.
test.use({ bypassCSP: true });

async function shoot(page: Page, name: string, width: number): Promise<void> {
  // Charts are drawn when they come into sight: here all of them at once.
  await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) });
  await page.waitForFunction(() => !document.querySelector('[data-panel]:empty'), undefined, { timeout: 20_000 }).catch(() => console.log(`${name}: not every chart is drawn`));
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true, style: STILL });
}

for (const file of pages) {
  const name = file.replace('.html', '');
  test(`screenshots of ${name}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const theme of THEMES) {
        await page.goto(`./${file}?theme=${theme}`);
        await page.waitForLoadState('networkidle');
        await shoot(page, `${name}-${width}-${theme}`, width);
        await page.setViewportSize({ width, height: 900 });
      }
    }
  });

  const running = RUNNING[file];
  for (const [tier, query] of running ? Object.entries(RUNS) : []) {
    test(`screenshots of ${name} after a run: ${tier}`, async ({ page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`./${file}?${query}${running?.more}`);
      await page.locator(running?.start ?? '').first().click();
      await expect(page.locator(running?.ended ?? '').first()).toBeAttached({ timeout: 600_000 });
      for (const theme of THEMES) {
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          await page.evaluate((colours) => (document.documentElement.dataset['theme'] = colours), theme);
          await shoot(page, `${name}-${tier}-${width}-${theme}`, width);
        }
      }
    });
  }
}
