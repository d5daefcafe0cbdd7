// Our own page: opened in the browser, and its calls.
import { withPage } from './browser.mjs';

const ready = () => globalThis.stillroom?.ready.then(() => true);

/** Hands `work` a session of our page. It is opened on the processor, so that the first step on the GPU is a cold one. */
export const onOurPage = ({ site, chromium }, work) => withPage({ executable: chromium, url: `${site}/?backend=cpu`, ready }, work);

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
