import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';

export interface Experiment {
  id: string;
  title: string;
  question: string;
  hypothesis: string;
  falsifiedIf: string;
  figures: { id: string }[];
  thresholds: { id: string; hypothesis: string; rule: string }[];
  cautions: string[];
  settings: { key: string; label: string; default: unknown }[];
  examples: string[];
}

/** The catalogue that the page was built with. */
export const experiments = JSON.parse(readFileSync(new URL('../src/generated/experiments.json', import.meta.url), 'utf8')) as Experiment[];

export interface Seen {
  requests: string[];
  errors: string[];
}

/** The lab with every request and every error written down. */
export async function open(page: Page, query = ''): Promise<Seen> {
  return visit(page, `./lab.html${query}`);
}

/** Any page of the site, watched in the same way. */
export async function visit(page: Page, address: string): Promise<Seen> {
  const seen = { requests: [] as string[], errors: [] as string[] };
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.errors.push(message.text());
  });
  await page.goto(address);
  return seen;
}

/** From the next page on, adds up how far things move that nobody touched. Gives the sum so far. */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = { shifted: 0 };
    Object.assign(globalThis, { seen });
    const shift = (entry: PerformanceEntry): number => (entry as unknown as { value: number }).value;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (seen.shifted += shift(entry)))).observe({ type: 'layout-shift', buffered: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { seen: { shifted: number } }).seen.shifted);
}

export interface Member {
  arm: string;
  seed: number;
  figures: Record<string, number | null>;
}

export interface Run {
  experiment: string;
  finished: boolean;
  failedMembers: number;
  device: { backend: string; adapter: string; reason: string; selfTest: { matmulError: number; gradientError: number } };
  losses: { step: number; loss: (number | null)[] }[];
  samples: unknown[];
  evaluations: { step: number; split: string; members: Member[] }[];
  verdicts: { id: string; holds: boolean | null; finding: string }[];
}

/** A run through the page's scripting interface. */
export async function run(page: Page, options: Record<string, unknown>): Promise<Run> {
  return page.evaluate(async (given) => {
    const api = (globalThis as unknown as { stillroom: { run(options: unknown): Promise<unknown> } }).stillroom;
    return (await api.run(given)) as never;
  }, options);
}

/** The copies really moved towards the teacher: chance agreement on 384 words is below one percent. */
export function expectCopied(result: Run, share: number, rise: number): void {
  expect(result.finished).toBe(true);
  expect(result.failedMembers).toBe(0);
  const measured = result.evaluations.filter((evaluation) => evaluation.split === 'validation');
  const first = measured[0]?.members ?? [];
  const last = measured.at(-1)?.members ?? [];
  expect(first.length).toBeGreaterThan(0);
  first.forEach((before, index) => {
    const after = last[index];
    expect(after?.figures['kl'] ?? Infinity, `KL of ${before.arm}`).toBeLessThan(share * (before.figures['kl'] ?? 0));
    expect((after?.figures['agreement'] ?? 0) - (before.figures['agreement'] ?? 0), `agreement of ${before.arm}`).toBeGreaterThan(rise);
  });
}

/** Lets a recorded run that was started play to its end at once: it takes as long as a visitor may watch. The page's clock is to be `install`ed. */
export async function play(page: Page, bar: Locator): Promise<void> {
  await expect(bar).toHaveAttribute('data-running', 'true');
  await page.clock.runFor(20_000);
  await expect(bar).toHaveAttribute('data-finished', 'true');
}

/** Presses Start in a run's bar and waits for the end of what it begins. Watched in the page: a short run is over before it is looked at from outside. */
export async function runToEnd(bar: Locator): Promise<void> {
  await bar.locator('[data-action="start"]').click({ trial: true });
  await bar.evaluate(
    (element) =>
      new Promise<void>((resolve) => {
        const finished = (): boolean => element.getAttribute('data-finished') === 'true';
        let begun = !finished();
        new MutationObserver((_, observer) => {
          if (!finished()) begun = true;
          else if (begun) {
            observer.disconnect();
            resolve();
          }
        }).observe(element, { attributeFilter: ['data-finished'] });
        element.querySelector<HTMLElement>('[data-action="start"]')?.click();
      }),
  );
}
