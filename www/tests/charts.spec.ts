import { expect, test } from '@playwright/test';
import { experiments, open } from './helpers';

for (const { id, figures } of experiments) {
  test(`every chart has its state in words and its numbers in a table: ${id}`, async ({ page }) => {
    // Before any run, from the reference: that is how most readers meet them.
    const seen = await open(page, `?experiment=${id}&backend=recorded`);
    await expect(page.locator('[data-reference="drawn"]')).toBeVisible({ timeout: 30_000 });
    let drawn = 0;
    for (const figure of figures) {
      const card = page.locator(`[data-figure="${figure.id}"]`);
      await card.scrollIntoViewIfNeeded();
      const plots = card.locator('[role="img"]');
      const words = (await card.locator(`#words-${figure.id}`).textContent()) ?? '';
      expect(words.trim(), figure.id).not.toBe('');
      await card.locator('summary', { hasText: 'Numbers' }).click();
      await expect(card.locator('table').last().locator('tbody tr').first(), figure.id).toBeVisible();
      for (const plot of await plots.all()) {
        await expect(plot.locator('svg.plot')).toBeVisible();
        await expect(plot).toHaveAttribute('aria-describedby', `words-${figure.id}`);
        expect(await plot.getAttribute('aria-label')).toBeTruthy();
        expect(words).toMatch(/\d/);
        drawn += 1;
      }
      if (await plots.count()) expect((await card.locator('table').last().locator('td.number').allTextContents()).length, figure.id).toBeGreaterThan(0);
    }
    expect(drawn).toBeGreaterThan(0);
    expect(seen.errors).toEqual([]);
  });
}
