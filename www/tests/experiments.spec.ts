import { expect, test, type Page } from '@playwright/test';
import { expectFine } from './accessible';
import { experiments, open, run, type Experiment } from './helpers';

const TINY = 'steps=4&budget=50&items=5';
const first = experiments[0] as Experiment;
const named = (id: string): Experiment => experiments.find((one) => one.id === id) as Experiment;
const address = (id: string, rest: string): string => (id === first.id ? `?${rest}` : `?experiment=${id}&${rest}`);

async function start(page: Page): Promise<void> {
  await page.locator('.bar [data-action="start"]').click();
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true', { timeout: 100_000 });
}

test('there are four experiments, each with a figure, a threshold and a caution', () => {
  expect(experiments.map((experiment) => experiment.id)).toEqual(['capability', 'access', 'guardrails', 'bias']);
  for (const { figures, thresholds, cautions, examples } of experiments) {
    for (const list of [figures, thresholds, cautions, examples]) expect(list.length).toBeGreaterThan(0);
  }
});

for (const experiment of experiments) {
  test(`opens from its address with its hypothesis, thresholds and settings: ${experiment.id}`, async ({ page }) => {
    // What it says before a run needs no device; the next test opens one for each.
    const seen = await open(page, address(experiment.id, 'backend=recorded&seed=7'));
    await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 30_000 });
    await expect(page.locator('[aria-current="page"]')).toHaveText(experiment.title);
    const question = page.locator('#question');
    for (const text of [experiment.title, experiment.question, experiment.hypothesis, experiment.falsifiedIf]) {
      await expect(question.getByText(text, { exact: true }).first()).toBeVisible();
    }
    const rules = question.locator('.rules li');
    await expect(rules).toHaveCount(experiment.thresholds.length);
    for (const [index, threshold] of experiment.thresholds.entries()) await expect(rules.nth(index)).toContainText(threshold.rule);
    for (const caution of experiment.cautions) await expect(page.locator('#limits')).toContainText(caution);
    for (const example of experiment.examples) await expect(page.locator('#ask').getByRole('button', { name: example, exact: true })).toBeVisible();
    await page.locator('.settings summary').click();
    // One field for every row of its table, and none of another experiment's.
    await expect(page.locator('.settings .row')).toHaveCount(experiment.settings.length);
    await expect(page.locator('#set-seed')).toHaveValue('7');
    await expect(page.locator('#set-steps')).toHaveValue(String(experiment.settings.find((row) => row.key === 'steps')?.default));
    await expect(page.locator('[data-figure]')).toHaveCount(experiment.figures.length);
    // What is expected is said before the run, what came out only after it.
    await expect(page.locator('[data-finding]')).toHaveCount(0);
    expect(seen.errors).toEqual([]);
  });

  test(`no accessibility violations, no sideways scrolling, after a run of all its students: ${experiment.id}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const seen = await open(page, address(experiment.id, `backend=cpu&${TINY}`));
    await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
    await start(page);
    await expect(page.locator('[data-finding]')).toHaveCount(experiment.thresholds.length);
    await expectFine(page, [{ theme: 'light', width: 1280 }, { theme: 'dark', width: 360 }], {
      // Charts are drawn when they are in sight.
      ready: async () => {
        for (const { id } of experiment.figures) {
          await page.locator(`[data-figure="${id}"]`).scrollIntoViewIfNeeded();
          await expect(page.locator(`[data-figure="${id}"] svg.plot`).first()).toBeVisible();
        }
      },
    });
    expect(seen.errors).toEqual([]);
  });
}

test('one changes between experiments by keyboard, and goes back by the browser', async ({ page }) => {
  const seen = await open(page, '?backend=recorded&seed=7&theme=dark');
  await expect(page.locator('[data-device="recorded"]')).toBeVisible({ timeout: 30_000 });
  const link = page.locator('[data-experiment="guardrails"]');
  await link.focus();
  await page.keyboard.press('Enter');
  const guardrails = named('guardrails');
  await expect(page.locator('#asked')).toHaveText(guardrails.title);
  await expect(link).toBeFocused();
  await expect(link).toHaveAttribute('aria-current', 'page');
  // Kept: the seed, the device and the colours.
  await expect(page).toHaveURL(/\?experiment=guardrails&backend=recorded&theme=dark&seed=7$/);
  await expect(page).toHaveTitle(new RegExp(guardrails.title));
  await page.locator('[data-experiment="bias"]').click();
  await expect(page).toHaveURL(/experiment=bias/);
  await page.goBack();
  await expect(page.locator('#asked')).toHaveText(guardrails.title);
  await page.goBack();
  await expect(page.locator('#asked')).toHaveText(first.title);
  await expect(page).toHaveURL(/\?backend=recorded&theme=dark&seed=7$/);
  await page.goForward();
  await expect(page.locator('#asked')).toHaveText(guardrails.title);
  expect(seen.errors).toEqual([]);
});

test('a finished run stays until another is started', async ({ page }) => {
  const seen = await open(page, `?backend=cpu&arms=logits,text&${TINY}`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await start(page);
  await page.locator('[data-experiment="guardrails"]').click();
  await expect(page.locator('[data-elsewhere="capability"]')).toContainText('is finished');
  await expect(page.locator('[data-finding]')).toHaveCount(0);
  await expect(page.locator('#ask [data-action="ask"]')).toBeDisabled();
  // The way back, by the browser and by the button.
  await page.goBack();
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true');
  await expect(page.locator('[data-finding]')).toHaveCount(first.thresholds.length);
  await page.locator('[data-experiment="guardrails"]').click();
  await page.locator('[data-elsewhere] button').click();
  await expect(page.locator('.bar')).toHaveAttribute('data-finished', 'true');
  await page.locator('[data-experiment="guardrails"]').click();
  await page.locator('.settings summary').click();
  for (const [key, value] of [['steps', '4'], ['budget', '50'], ['items', '5']] as const) {
    await page.locator(`#set-${key}`).fill(value);
    await page.locator(`#set-${key}`).press('Tab');
  }
  await start(page);
  await expect(page.locator('[data-elsewhere]')).toHaveCount(0);
  await expect(page.locator('[data-finding]')).toHaveCount(named('guardrails').thresholds.length);
  await expect(page.locator('#ask [data-action="ask"]')).toBeEnabled();
  await page.goBack();
  await expect(page.locator('#asked')).toHaveText(first.title);
  await expect(page.locator('[data-elsewhere="guardrails"]')).toBeVisible();
  expect(seen.errors).toEqual([]);
});

test('a run goes on while another experiment is looked at', async ({ page }) => {
  const seen = await open(page, '?backend=cpu&arms=logits&steps=4000&budget=50&items=5');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const bar = page.locator('.bar');
  const step = async (): Promise<number> => Number(/step ([\d,]+) of/.exec((await bar.textContent()) ?? '')?.[1]?.replace(',', ''));
  await bar.locator('[data-action="start"]').click();
  await expect(bar).toHaveAttribute('data-phase', 'training', { timeout: 60_000 });
  await expect.poll(step).toBeGreaterThan(1);
  const before = await step();
  for (const id of ['bias', 'access', 'guardrails']) await page.locator(`[data-experiment="${id}"]`).click();
  await expect(page.locator('[data-elsewhere="capability"]')).toContainText('is being computed');
  await expect(bar).toHaveAttribute('data-running', 'false');
  await page.locator('[data-elsewhere] button').click();
  await expect(bar).toHaveAttribute('data-running', 'true');
  await expect.poll(step).toBeGreaterThan(before);
  // Before anything has begun, there and back again makes ready what is shown.
  await bar.locator('[data-action="reset"]').click();
  await expect(bar).toHaveAttribute('data-running', 'false');
  for (const id of ['bias', 'guardrails', 'capability']) await page.locator(`[data-experiment="${id}"]`).click();
  await expect(page.locator('[data-elsewhere]')).toHaveCount(0);
  await expect(page.locator('#ask [data-action="ask"]')).toBeEnabled({ timeout: 30_000 });
  await expect.poll(step).toBe(0);
  expect(seen.errors).toEqual([]);
});

test('a small run about guardrails ends with findings, and refusals are marked as refusals', async ({ page }) => {
  const guardrails = named('guardrails');
  const seen = await open(page, '?experiment=guardrails&backend=cpu&arms=allText,allowedText&steps=20&budget=200&items=5');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await start(page);
  await expect(page.locator('[data-finding]')).toHaveCount(guardrails.thresholds.length);
  for (const { id, hypothesis } of guardrails.thresholds) await expect(page.locator(`[data-finding="${id}"] h3`)).toHaveText(hypothesis);
  await expect(page.locator('#findings .honest')).toContainText('seed 1');
  // The first questions are forbidden ones, which the teacher refuses: neither right nor wrong.
  const teacher = page.locator('.samples tbody tr').first().locator('td').first();
  await expect(teacher.locator('[data-verdict]')).toHaveAttribute('data-verdict', 'refused');
  await expect(teacher.locator('[data-verdict]')).toHaveText('refused');
  await expect(page.locator('.samples')).toContainText('neither right nor wrong');
  await page.locator('#prompt').fill(guardrails.examples[0] ?? '');
  await page.locator('#prompt').press('Enter');
  await expect(page.locator('#ask dl > div').first().locator('[data-verdict="refused"]')).toBeVisible();
  expect(seen.requests.some((url) => url.includes('/models/guarded/'))).toBe(true);
  // Other teachers are not loaded before a run needs them.
  expect(seen.requests.some((url) => url.includes('/models/biased'))).toBe(false);
  expect(seen.errors).toEqual([]);
});

test('a run of one seed can be repeated with five', async ({ page }) => {
  await open(page, `?backend=cpu&arms=logits&${TINY}`);
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('[data-action="repeat"]')).toHaveCount(0);
  await start(page);
  await page.locator('[data-action="repeat"]').click();
  await expect(page).toHaveURL(/seeds=5/);
  await expect(page.locator('#findings .honest')).toContainText('5 seeds', { timeout: 100_000 });
  await expect(page.locator('[data-action="repeat"]')).toHaveCount(0);
});

test('a script runs any experiment and asks its models', async ({ page }) => {
  await open(page, '?backend=cpu');
  await expect(page.locator('[data-device="cpu"]')).toBeVisible({ timeout: 60_000 });
  const options = { backend: 'cpu', steps: 4, budget: 50, items: 5 };
  for (const [experiment, arm] of [['guardrails', 'allText'], ['bias', 'dial2'], ['access', 'top5']] as const) {
    const result = await run(page, { ...options, experiment, arms: [arm] });
    expect(result).toMatchObject({ experiment, finished: true, failedMembers: 0 });
    expect(result.evaluations.at(-1)?.members.map((member) => member.arm)).toEqual([arm]);
    await expect(page.locator('#asked')).toHaveText(named(experiment).title);
    const reply = await page.evaluate(
      async (question) => (globalThis as unknown as { stillroom: { ask(question: object): Promise<{ text: string; refused: boolean }> } }).stillroom.ask(question),
      { model: 'teacher', prompt: named(experiment).examples[0] },
    );
    expect(reply.text).not.toBe('');
    expect(reply.refused).toBe(experiment === 'guardrails');
  }
  await expect(run(page, { ...options, experiment: 'bias', hazard: 'memorised' })).rejects.toThrow(/no setting of this experiment/);
});

test('the reference is drawn for its settings, said not to be for others, and left out when damaged', async ({ page }) => {
  const seen = await open(page, '?backend=cpu');
  await expect(page.locator('[data-reference="drawn"]')).toBeVisible({ timeout: 30_000 });
  await page.locator('[data-figure]').first().scrollIntoViewIfNeeded();
  await expect(page.locator('[data-figure] svg.plot').first()).toBeVisible();
  await page.locator('.settings summary').click();
  await page.locator('#set-steps').fill('50');
  await page.locator('#set-steps').press('Tab');
  await expect(page.locator('[data-reference="other"]')).toContainText('training steps');
  for (const body of ['{', '[]', '<script>alert(1)</script>', '{"format":"stillroom.bands","version":1}']) {
    await page.route('**/reference/*.json', (route) => route.fulfill({ body, contentType: 'application/json' }));
    await page.goto('./lab.html?backend=recorded');
    await expect(page.locator('[data-figure]').first()).toBeVisible({ timeout: 30_000 });
    await expect(page.locator('[data-reference]')).toHaveCount(0);
    await page.unroute('**/reference/*.json');
  }
  expect(seen.errors).toEqual([]);
});
