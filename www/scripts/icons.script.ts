/// `npm run icons`: the pictures of `public/icons`, drawn from `public/favicon.svg`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from '@playwright/test';

const at = (path: string): string => fileURLToPath(new URL(`../public/${path}`, import.meta.url));

test('icons', async ({ page }) => {
  const svg = readFileSync(at('favicon.svg'), 'utf8');
  // Systems cut an icon to a shape of theirs: its corners are filled, and what it shows stays within the middle 80 %.
  const whole = svg
    .replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"')
    .replace('<rect width="32" height="32" rx="7"', '<rect x="-4" y="-4" width="40" height="40"');
  for (const [name, size, source] of [['192', 192, svg], ['512', 512, svg], ['180', 180, whole], ['maskable', 512, whole]] as const) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>${source}`);
    await page.screenshot({ path: at(`icons/${name}.png`), omitBackground: true });
  }
});
