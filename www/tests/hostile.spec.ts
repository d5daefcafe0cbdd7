import { expect, test } from '@playwright/test';
import { experiments, visit } from './helpers';

// What each page does not use of which address is looked at without a browser, by src/state/hostile.test.ts. Here: a page stays
// whole, runs nothing of it, and says what it left out.

const IMG = '%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E';
const BROKEN = `lang=${IMG}&theme=%3Csvg%20onload%3Dalert(1)%3E&__proto__=1&threads=NaN&threads=2&backend=recorded`;
/** The files of the other languages. */
const STRINGS = /\/assets\/(es|zh)-[^/]*\.js$/;

for (const [name, query] of [
  ['index.html', `${BROKEN}&steps=1e99&seed=%E0%A4%A`],
  ['lab.html', `${BROKEN}&experiment=${IMG}&teacher=${IMG}&arms=logits,logits,evil&seed=%E0%A4%A`],
  ['embed.html', `${BROKEN}&experiment=__proto__&hide=title,evil&figures=${IMG}&start=now&seed=%E0%A4%A`],
  ['teach.html', `${BROKEN}&nonsense=%E0%A4%A`],
  ['lesson-policy.html', `${BROKEN}&nonsense=%E0%A4%A`],
  // More than is read at all.
  ['index.html', `steps=${'9'.repeat(5_000)}`],
  ['lab.html', `experiment=${'a'.repeat(10_000)}`],
  ['embed.html', `hide=${'a'.repeat(10_000)}`],
] as const) {
  test(`a hostile address leaves a page at its defaults, and it says so: ${name}?${query.slice(0, 12)}`, async ({ page }) => {
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    const seen = await visit(page, `./${name}?${query}`);
    const long = !query.startsWith(BROKEN);
    const notice = page.locator('[data-notice="info"]').first();
    await expect(notice).toContainText(long ? 'longer than 2000 characters' : 'lang takes one of en, es, zh, not “<img src=x onerror=alert(1)>”');
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.locator('h1:not(.hidden)')).toBeVisible();
    if (name === 'embed.html') await expect(page.locator('h1')).toHaveText(experiments[0]?.title ?? '');
    else await expect(page.locator('[data-action="language"]')).toHaveValue('en');
    // What this page does not know, the lab may.
    if (name === 'index.html') await expect(notice.locator('a')).toHaveAttribute('href', /^\.\/lab\.html\?/);
    await expect(page.locator('img, svg[onload]')).toHaveCount(0);
    expect(dialogs).toBe(0);
    expect(seen.requests.filter((url) => STRINGS.test(url))).toEqual([]);
    expect(seen.errors).toEqual([]);
  });
}
