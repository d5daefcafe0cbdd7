import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

/** A page under one theme of the system, in a window of one width. */
export interface Look {
  theme: 'light' | 'dark';
  width: number;
}

/** Both themes at each of these widths. */
export const looks = (...widths: number[]): Look[] => widths.flatMap((width) => (['light', 'dark'] as const).map((theme) => ({ theme, width })));

/** How many pixels of the page lie beyond the window. */
export const sideways = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Nothing that axe finds wrong, in the whole page and the frames within it, or in a part of it. */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  // What is right is not listed, and nothing is carried to another page to be put together: that would take half as long again,
  // and is of use only for frames of other origins.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
  const { violations } = await (part ? axe.include(part) : axe).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join('; ')}`)).toEqual([]);
}

/**
 * One page as it stands, in one look after the other: nothing that axe finds wrong, nothing beyond the window. To load it and
 * to make its run anew for each would show the same and take most of the time of all tests. `ready` brings into sight what is
 * drawn only there.
 */
export async function expectFine(page: Page, all: Look[], { part, ready }: { part?: string; ready?: () => Promise<void> } = {}): Promise<void> {
  for (const { theme, width } of all) {
    await test.step(`${theme}, ${width} px`, async () => {
      // A colour that is on its way to another one is neither.
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await ready?.();
      await expectAccessible(page, part);
      // Charts take a moment to fit themselves into another width.
      await expect.poll(() => sideways(page), `${theme}, ${width} px`).toBeLessThanOrEqual(0);
    });
  }
}
