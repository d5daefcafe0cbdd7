import { expect, test } from '@playwright/test';
import { expectAccessible, sideways } from './accessible';
import { open, run } from './helpers';

test('any two students of a run are set side by side', async ({ page }) => {
  const seen = await open(page, '?backend=cpu&steps=6&budget=50&items=5&arms=logits,text&seeds=2');
  const part = page.locator('[data-part="members"]');
  const result = await run(page, { experiment: 'capability', backend: 'cpu', steps: 6, budget: 50, items: 5, arms: ['logits', 'text'], seeds: 2 });
  const last = result.evaluations.at(-1)?.members ?? [];
  const name = (member: (typeof last)[number]): string => `${member.arm === 'logits' ? 'Probabilities' : 'Text'}, seed ${member.seed}`;
  await expect(part.locator('#member-first option')).toHaveText(last.map(name));
  await part.locator('#member-second').selectOption(String(last.findIndex(({ arm, seed }) => arm === 'logits' && seed === 2)));
  await expect(part).toContainText('nothing but their seed');

  // One of either arm, and of either seed: what the engine measured of them is in the table.
  const [a, b] = [last.findIndex(({ arm }) => arm === 'text'), last.findIndex(({ arm, seed }) => arm === 'logits' && seed === 2)];
  await part.locator('#member-first').selectOption(String(a));
  await part.locator('#member-second').selectOption(String(b));
  await expect(part.locator('thead th')).toHaveText(['Figure', 'Text, seed 1', 'Probabilities, seed 2', 'Difference']);
  const cells = await part.locator('tr', { hasText: 'Distance from the teacher (KL)' }).locator('td').allTextContents();
  const [first, second] = [last[a]?.figures['kl'] ?? NaN, last[b]?.figures['kl'] ?? NaN];
  expect(cells.slice(1, 3)).toEqual([first.toFixed(3), second.toFixed(3)]);
  expect(Number(cells[3]?.replace('−', '-'))).toBeCloseTo(second - first, 3);
  await expect(part.locator('[data-unasked]')).toHaveText('Sample answers are kept of the first seed only, 1. There are none of Probabilities, seed 2.');

  // Both of the first seed: their answers, where they are not the same.
  await part.locator('#member-second').selectOption('0');
  const samples = result.samples as { members: { text: string }[] }[];
  const differ = samples.filter(({ members }) => members[0]?.text !== members[1]?.text);
  await expect(part.locator('[data-differ]')).toHaveAttribute('data-differ', String(differ.length));
  await expect(part.locator('li')).toHaveCount(differ.length);
  if (differ[0]) await expect(part.locator('li').first().locator('dd').first()).toContainText(differ[0].members[1]?.text || '(nothing)');
  expect(seen.errors).toEqual([]);

  await page.setViewportSize({ width: 320, height: 800 });
  await expectAccessible(page, '[data-part="members"]');
  expect(await sideways(page)).toBeLessThanOrEqual(0);
});

test('one student alone cannot be compared, and the page says so', async ({ page }) => {
  await open(page, '?backend=cpu&steps=6&budget=50&items=5&arms=text');
  await expect(page.locator('[data-part="members"]')).toContainText('This run has one student', { timeout: 60_000 });
  await expect(page.locator('[data-part="members"] select')).toHaveCount(0);
});
