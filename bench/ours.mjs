// Our own page: opened in the browser, and its calls.
import { withPage } from './browser.mjs';

const ready = () => globalThis.stillroom?.ready.then(() => true);

/** Hands `work` a session of our page, opened on `device`. */
export const onOurPage = ({ site, chromium }, device, work) => withPage({ executable: chromium, url: `${site}/?backend=${device}&nosw`, ready }, work);

/** One measured benchmark of a page that is opened on the benchmark's device. Added: how long the page took until it was ready. */
export const measureOpened = (context, options) =>
  onOurPage(context, options.backend, async (session) => {
    const run = await measureOurs(session, options, context.timeout_s);
    const { milliseconds } = await session.page.evaluate(() => globalThis.stillroom.ready.then(({ selfTest }) => selfTest));
    return { ...run, ready_ms: session.ready_ms, self_test_ms: milliseconds };
  });

const benchmark = (options) => globalThis.stillroom.benchmark(options);
const profile = (options) => globalThis.stillroom.profile(options);

/** One measured benchmark of the page. */
export const measureOurs = (session, options, timeout_s) => session.measure(benchmark, options, timeout_s);

/**
 * The same with as many steps as fit into `budget_s`, between `fewest` and `most`: two steps are tried first. That also warms
 * up what all runs of the page share.
 */
export async function measureWithin(session, options, { budget_s, fewest, most, timeout_s }) {
  const trial = await session.call(benchmark, { ...options, steps: 2 }, timeout_s);
  const steps = Math.round(Math.min(most, Math.max(fewest, (1000 * budget_s) / trial.times_ms[1])));
  return session.measure(benchmark, { ...options, steps }, timeout_s);
}

/** Where the time of a step goes: `{parts: [{name, count, milliseconds}]}`. */
export const profileOurs = (session, options, timeout_s) => session.call(profile, options, timeout_s);
