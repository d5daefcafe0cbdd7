// Where the time of a step goes, by kind of work.
import { profileOurs, onOurPage } from '../ours.mjs';
import { median } from '../stats.mjs';
import { grouped, inTurn } from '../timing.mjs';

export function blocks(context) {
  const sizes = context.quick ? context.sizes.slice(0, 1) : context.sizes;
  return sizes.map((size) => {
    const once = ['webgpu', 'cpu'].map((device) => ({
      device,
      measure: () =>
        onOurPage(context, device, (session) =>
          profileOurs(session, { size, mode: 'kd', backend: device, steps: context.quick ? 2 : 10 }, context.timeout_s),
        ),
    }));
    return {
      name: size,
      facts: { size, mode: 'kd' },
      runs: inTurn(once, context.rounds),
      summarise: (runs) => ({ devices: grouped(runs, (run) => run.device).map(([device, group]) => ({ device, ...together(group) })) }),
    };
  });
}

/** The median of each part over the rounds, largest first. */
export function together(runs) {
  const done = runs.filter((run) => !run.error);
  if (!done.length) return { parts: [], error: runs[0].error };
  const parts = grouped(done.flatMap((run) => run.parts), (part) => part.name).map(([name, same]) => ({
    name,
    count: same[0].count,
    milliseconds: median(same.map((part) => part.milliseconds)),
  }));
  return { parts: parts.sort((a, b) => b.milliseconds - a.milliseconds) };
}
