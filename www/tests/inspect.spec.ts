import { expect, test, type Page } from '@playwright/test';
import { expectFine, looks } from './accessible';
import { open } from './helpers';

const SMALL = '?backend=cpu&arms=logits,text,scratch&steps=8&budget=60&items=5&seed=3';
const ASKED = 'please moss + ember =';

/** What the worker was asked and what it answered, as the page saw it. */
interface Seen {
  step: number;
  read: string[];
  first: number;
  vocabulary: string[];
  models: { member: number | null; layers: number; heads: number; attention: number[]; next: { logProbabilities: number[]; entropy: number; kl: number | null }[] }[];
}

/** Keeps the latest inspection that a worker sends. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const globals = globalThis as unknown as { inspections: unknown[]; Worker: typeof Worker };
    globals.inspections = [];
    globals.Worker = class extends globals.Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener('message', (message) => {
          if (!Array.isArray(message.data)) return;
          for (const event of message.data as { type: string; inspection?: unknown }[]) if (event.type === 'inspected') globals.inspections.push(event.inspection);
        });
      }
    };
  });
}

const latest = (page: Page): Promise<Seen> => page.evaluate(() => (globalThis as unknown as { inspections: unknown[] }).inspections.at(-1) as never);
const inside = (page: Page) => page.locator('#inside');
const rows = (page: Page) => inside(page).locator('.view tbody tr[data-word]');

async function begin(page: Page): Promise<void> {
  await listen(page);
  await open(page, SMALL);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await inside(page).scrollIntoViewIfNeeded();
  await expect(rows(page).first()).toBeVisible({ timeout: 60_000 });
}

async function finish(page: Page): Promise<void> {
  await page.locator('[data-action="start"]').first().click();
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true', { timeout: 120_000 });
  await expect(inside(page).locator('[data-step]')).toHaveAttribute('data-step', '8');
  await expect(page.locator('#inspect-step')).toHaveValue('8');
  // What nobody sees is not asked for.
  await page.locator('#inspect-step').scrollIntoViewIfNeeded();
  await expect.poll(async () => (await latest(page)).step).toBe(8);
  await expect(inside(page)).toHaveAttribute('data-busy', 'false');
}

/** A share as the table writes it. */
function share(value: number): string {
  if (value < 0.0005) return '0 %';
  return `${(100 * value).toFixed(value < 0.0995 || (value > 0.9945 && value < 0.99995) ? 1 : 0)} %`;
}

/** The table's shares of one word. */
async function cells(page: Page, word: string): Promise<string[]> {
  return inside(page).locator(`.view tr[data-word="${word}"] .share`).allTextContents();
}

/** Probabilities of one model at a word of the answer, by hand. */
function softened(seen: Seen, model: number, at: number, temperature: number): Map<string, number> {
  const logs = (seen.models[model]?.next[at]?.logProbabilities ?? []).map((log) => Math.exp(log / temperature));
  const sum = logs.reduce((a, b) => a + b, 0);
  return new Map(logs.map((one, word) => [seen.vocabulary[word] ?? '', one / sum]));
}

test('chances on the page are those of the engine, at every temperature and every word', async ({ page }) => {
  await begin(page);
  await inside(page).locator('[data-choice="question"]').selectOption(ASKED);
  await expect.poll(async () => (await latest(page)).read.slice(1, 6).join(' ')).toBe(ASKED);
  await finish(page);
  const seen = await latest(page);
  expect(seen.models.map((model) => model.member)).toEqual([null, 0, 1, 2]);
  const check = async (at: number, temperature: number): Promise<void> => {
    for (const word of await rows(page).evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset['word'] ?? ''))) {
      const expected = seen.models.map((_, model) => share(softened(seen, model, at, temperature).get(word) ?? NaN));
      expect(await cells(page, word), `${word} at ${temperature}`).toEqual(expected);
    }
  };
  await check(0, 1);
  const foot = inside(page).locator('.view tfoot td');
  await expect(foot.first()).toHaveText((seen.models[0]?.next[0]?.entropy ?? NaN).toFixed(2));
  await expect(foot.last()).toHaveText((seen.models[3]?.next[0]?.kl ?? NaN).toFixed(3));
  const temperature = page.locator('#inspect-temperature');
  await temperature.focus();
  for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
  await expect(inside(page).locator('[data-temperature]')).toHaveText('2.00');
  await expect(inside(page).locator('[data-lesson]')).toContainText('dark knowledge');
  await check(0, 2);
  await inside(page).locator('[data-action="word-on"]').click();
  await check(1, 2);
  // Words are radio buttons: arrow keys move among them.
  await inside(page).locator('input[name="inspect-word"]:checked').focus();
  await page.keyboard.press('ArrowRight');
  await expect(inside(page).locator('input[name="inspect-word"]').nth(2)).toBeChecked();
  await check(2, 2);
});

test('the step slider goes back through training, and holds a step', async ({ page }) => {
  await begin(page);
  await finish(page);
  const last = await latest(page);
  const slider = page.locator('#inspect-step');
  await slider.focus();
  await page.keyboard.press('Home');
  await expect.poll(async () => (await latest(page)).step).toBe(0);
  await expect(inside(page).locator('[data-action="follow"]')).not.toBeChecked();
  const first = await latest(page);
  expect(first.models[0]).toEqual(last.models[0]);
  expect(first.models[1]).not.toEqual(last.models[1]);
  // Before the first step all students are the same, and as good as level.
  expect(first.models[1]?.next).toEqual(first.models[2]?.next);
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await latest(page)).step).toBe(1);
  await inside(page).locator('[data-action="follow"]').check();
  await expect.poll(async () => (await latest(page)).step).toBe(8);
});

test('a word that is pressed goes into the answer, and a question that cannot be read is refused', async ({ page }) => {
  await begin(page);
  const word = rows(page).locator('button').first();
  const text = (await word.textContent()) ?? '';
  await word.click();
  await expect(inside(page)).toContainText(`You made the answer begin with “${text}”`);
  await expect.poll(async () => (await latest(page)).read.at((await latest(page)).first)).toBe(text);
  await inside(page).locator('[data-action="own-answer"]').click();
  await page.locator('#inspect-prompt').fill('please <b>zebra</b> =');
  await page.locator('#inspect-prompt').press('Enter');
  await expect(inside(page).locator('[role="alert"]')).toContainText('is not a word of this world');
  await expect(inside(page).locator('b')).toHaveCount(0);
});

test('heads show where words look, as the engine says', async ({ page }) => {
  await begin(page);
  await inside(page).locator('[data-part="attention"] summary').first().click();
  const seen = await latest(page);
  const teacher = seen.models[0];
  if (!teacher) throw new Error('no teacher');
  const side = inside(page).locator('[data-attention="teacher"]');
  await expect(side.locator('.head')).toHaveCount(teacher.layers * teacher.heads);
  await side.locator('.head').nth(teacher.heads + 2).click();
  const t = seen.read.length;
  await inside(page).getByLabel('The word that looks').focus();
  await page.keyboard.press('End');
  await inside(page).getByLabel('The word it looks at').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  const weight = teacher.attention[((1 * teacher.heads + 2) * t + t - 1) * t + 1] ?? NaN;
  await expect(side.locator('[data-saying]')).toHaveText(`“${seen.read[t - 1]}” looks at “${seen.read[1]}”: ${(100 * weight).toFixed(0)} %`);
});

test('two students are compared, and a step is taken slowly', async ({ page }) => {
  await begin(page);
  await inside(page).locator('[data-part="compare"] summary').click();
  await inside(page).locator('[data-action="compare"]').click();
  await expect(inside(page).locator('[data-comparison]')).toContainText('100 %');
  await inside(page).locator('[data-part="slow"] summary').click();
  await inside(page).locator('[data-action="slow-step"]').click();
  await expect(inside(page).locator('[data-slow]')).toBeVisible({ timeout: 60_000 });
  const [before, after] = await page.evaluate(() => (globalThis as unknown as { inspections: Seen[] }).inspections.filter((one) => one.models.length === 2).slice(-2));
  expect([before?.step, after?.step]).toEqual([0, 1]);
  const kl = after?.models[1]?.next[0]?.kl ?? NaN;
  await expect(inside(page).locator('[data-slow]')).toContainText(`KL ${kl.toFixed(4)} nats`);
  await expect(page.locator('.bar')).toHaveAttribute('data-running', 'false');
  if (process.env['SHOTS']) await inside(page).locator('[data-part="slow"]').screenshot({ path: `${process.env['SHOTS']}/slow.png` });
});

test('a recorded run says why nobody can be looked into', async ({ page }) => {
  await open(page, '?backend=recorded');
  await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 30_000 });
  await expect(inside(page).locator('[data-inside="none"]')).toContainText('needs the models themselves');
});

test('looking inside is accessible and fits', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await begin(page);
  await finish(page);
  for (const part of ['attention', 'compare', 'slow']) await inside(page).locator(`[data-part="${part}"] summary`).first().click();
  await inside(page).locator('[data-action="compare"]').click();
  await expect(inside(page).locator('[data-comparison]')).toBeVisible();
  await inside(page).locator('[data-part="attention"] summary').nth(1).click();
  await expectFine(page, looks(1280, 360), { part: '#inside' });
  if (process.env['SHOTS']) await inside(page).screenshot({ path: `${process.env['SHOTS']}/inside.png` });
});
