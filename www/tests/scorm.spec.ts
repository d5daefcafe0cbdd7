import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, sideways } from './accessible';
import { DIST, TestSite } from './site';

const SMALL = 'experiment=guardrails&backend=cpu&steps=4&budget=50&items=5&figures=';
const LMS = '/player/';

/** A learning platform: its object lies two frames above the page of the package, which it keeps on its own origin. */
const PLAYER = `<!doctype html><html lang="en"><link rel="icon" href="data:," /><title>A platform</title><main><h1>A course</h1><iframe src="/player/inner" title="Course" width="700" height="900"></iframe></main><script>
  var calls = [], values = { 'cmi.core.lesson_status': 'not attempted' };
  var API = {
    LMSInitialize: (nothing) => (calls.push('initialize' + nothing), 'true'),
    LMSGetValue: (element) => values[element] ?? '',
    LMSSetValue: (element, value) => (calls.push(element + '=' + value), (values[element] = value), 'true'),
    LMSCommit: () => 'true',
    LMSFinish: (nothing) => (calls.push('finish' + nothing), 'true'),
  };
</script></html>`;

let lms: TestSite;

test.beforeAll(async () => {
  lms = new TestSite(DIST, {
    [LMS]: PLAYER,
    [`${LMS}inner`]: `<!doctype html><html lang="en"><title>Inner</title><main><iframe src="/some/folder/sco.html?${SMALL}" title="SCO" width="660" height="860"></iframe></main></html>`,
  });
  await lms.start();
});

test.afterAll(() => {
  lms.stop();
});

const calls = (page: Page): Promise<string[]> => page.evaluate(() => (globalThis as unknown as { calls: string[] }).calls);

test('a platform is told that a run was begun, has ended, and how long it took: no more', async ({ page }) => {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.setViewportSize({ width: 800, height: 1000 });
  await page.goto(lms.origin + LMS);
  await expect.poll(() => calls(page)).toEqual(['initialize', 'cmi.core.lesson_status=incomplete']);
  const sco = page.frameLocator('iframe').frameLocator('iframe');
  await expect(sco.getByRole('status').last()).toContainText('no answers, no scores');
  const frame = sco.frameLocator('iframe');
  await expect(frame.locator('h1')).toHaveText('What happens to the guardrail');

  await frame.locator('[data-action="start"]').click();
  await expect(frame.locator('[data-run="embed"]')).toHaveAttribute('data-finished', 'true', { timeout: 90_000 });
  await expect.poll(() => calls(page)).toEqual(['initialize', 'cmi.core.lesson_status=incomplete', 'cmi.core.lesson_status=completed']);
  await expect(sco.getByRole('status').last()).toContainText('has been told');

  // The learner goes on to something else.
  await page.evaluate(() => document.querySelector('iframe')?.setAttribute('src', 'about:blank'));
  await expect.poll(async () => (await calls(page)).at(-1)).toBe('finish');
  const all = await calls(page);
  expect(all).toHaveLength(5);
  expect(all[3]).toMatch(/^cmi\.core\.session_time=0000:0\d:\d\d\.\d\d$/);
  expect(lms.asked).not.toContain('sw.js');
  expect(errors).toEqual([]);
});

test('a message that is not of the frame completes nothing', async ({ page }) => {
  await page.goto(lms.origin + LMS);
  await expect.poll(() => calls(page)).toHaveLength(2);
  const sco = page.frames().find((frame) => frame.url().includes('sco.html'));
  await sco?.evaluate(async () => {
    const heard = new Promise((resolve) => addEventListener('message', resolve));
    parent.postMessage('', '*');
    window.postMessage({ from: 'stillroom', version: 1, type: 'result' }, '*');
    await heard;
  });
  expect(await calls(page)).toHaveLength(2);
});

test('without a platform it is an experiment like any other, and says so; nothing that axe finds wrong', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await page.goto(lms.url(`sco.html?${SMALL}`));
  await expect(page.getByRole('status')).toContainText('nothing is noted down');
  await expect(page.frameLocator('iframe').locator('h1')).toHaveText('What happens to the guardrail');
  // As high as what is in it.
  await expect.poll(() => page.locator('iframe').evaluate((frame) => (frame as HTMLIFrameElement).contentDocument?.documentElement.scrollHeight === frame.clientHeight)).toBe(true);
  expect(await sideways(page)).toBeLessThanOrEqual(0);
  await expectAccessible(page);
});
