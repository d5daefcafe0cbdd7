// What several runs of the same thing say together.
import { median, quantile, secondHalf } from './stats.mjs';

/** Other load, in processors, above which a run's times should not be quoted. */
export const BUSY = 0.2;

/** Median and spread over the second halves of all runs that went well, or `undefined` where none did. */
export function timing(runs) {
  const done = runs.filter((run) => !run.error);
  if (!done.length) return undefined;
  const times = done.flatMap((run) => secondHalf(run.times_ms));
  const of = (key) => done.map((run) => run[key]).filter(Number.isFinite);
  return {
    rounds: done.length,
    steps: Math.min(...done.map((run) => run.times_ms.length)),
    median_ms: median(times),
    p10_ms: quantile(times, 0.1),
    p90_ms: quantile(times, 0.9),
    round_medians_ms: done.map((run) => median(secondHalf(run.times_ms))),
    ...(of('cpu_ms').length ? { cpu_ms: median(of('cpu_ms')) } : {}),
    ...(of('start_ms').length ? { start_ms: median(of('start_ms')) } : {}),
    first_ms: median(done.map((run) => run.times_ms[0])),
    ...(of('other_load').length ? { other_load: Math.max(...of('other_load')) } : {}),
    ...(done[0].gpu?.dispatches ? { gpu: done[0].gpu } : {}),
    ...(done[0].work ? { work: done[0].work } : {}),
  };
}

/** Runs grouped by a key, in the order in which the keys first appear: pairs of key and runs. */
export function grouped(runs, keyOf) {
  const groups = new Map();
  for (const run of runs) groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
  return [...groups];
}

/** One row for each kind of run: what makes it that kind, its timing, and how many failed and why. */
export function summarise(runs, labels) {
  return grouped(runs, (run) => JSON.stringify(labels.map((label) => run[label]))).map(([, group]) => {
    const failed = group.filter((run) => run.error);
    return {
      ...Object.fromEntries(labels.map((label) => [label, group[0][label]])),
      ...timing(group),
      ...(failed.length ? { failed: failed.length, error: failed[0].error } : {}),
    };
  });
}

/** Every kind of run once, then again: what varies with time falls on all alike. */
export const inTurn = (once, rounds) => Array.from({ length: rounds }, (_, round) => once.map((run) => ({ ...run, round }))).flat();
