/// `npm run share`: `public/share.png`, the picture that other sites show of a link. Its figures are those of the reference.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { barsOf, saidBy, type Reference } from './share';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const LARGEST = 80_000;

test('share', async ({ page }) => {
  const reference = JSON.parse(readFileSync(at('public/reference/capability.json'), 'utf8')) as Reference;
  const bars = barsOf(reference);
  for (const { name, share } of bars) expect(share, name).toBeGreaterThanOrEqual(0);
  const drop = readFileSync(at('public/favicon.svg'), 'utf8');
  await page.setViewportSize({ width: 1200, height: 630 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setContent(`<style>
    ${readFileSync(at('src/styles/base.css'), 'utf8')}
    body { width: 1200px; height: 630px; padding: 56px 64px 0; display: flex; flex-direction: column; overflow: hidden }
    header { display: flex; align-items: center; gap: 18px; font: 600 34px var(--serif) }
    header svg { width: 52px; height: 52px }
    h1 { font-size: 60px; line-height: 1.08; margin: 34px 0 44px }
    .bar { display: grid; grid-template-columns: 400px 1fr 120px; gap: 22px; align-items: center; margin-bottom: 19px; font-size: 25px }
    .bar span { white-space: nowrap }
    .track { height: 26px; background: var(--paper-sunk); border-radius: 4px }
    .fill { height: 100%; border-radius: 4px }
    .value { font: 500 30px var(--serif) }
    footer { margin: auto -64px 0; padding: 15px 64px 17px; background: var(--paper-sunk); font-size: 21px; color: var(--ink-soft) }
  </style>
  <header>${drop}Stillroom</header>
  <h1>What is copied when one language model learns from another?</h1>
  ${bars.map(({ name, colour, share, text }) => `<div class="bar"><span>${name}</span><div class="track"><div class="fill" style="width:${100 * share}%;background:${colour}"></div></div><span class="value">${text}</span></div>`).join('')}
  <footer>Questions answered right in a tiny invented world; the mean of ${reference.seeds.length} runs. Run it on your own device.</footer>`);
  await page.screenshot({ path: at('public/share.png') });
  expect(statSync(at('public/share.png')).size).toBeLessThan(LARGEST);
  writeFileSync(at('scripts/share.json'), `${JSON.stringify(saidBy(reference), null, 2)}\n`);
});
