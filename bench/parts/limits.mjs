// How far the step is from what the device can do: its work against a measured peak product and a measured peak copy.
import { measureWithin, onOurPage } from '../ours.mjs';
import { inTurn, summarise } from '../timing.mjs';

export function blocks(context) {
  const sizes = context.quick ? context.sizes.slice(0, 1) : context.sizes;
  return ['webgpu', 'cpu'].map((device) => {
    const asked = [
      { size: 'S', mode: 'matmul' },
      { size: 'S', mode: 'copy' },
      ...sizes.map((size) => ({ size, mode: 'kd' })),
    ];
    const once = asked.map(({ size, mode }) => ({
      size,
      mode,
      measure: () =>
        onOurPage(context, device, (session) =>
          measureWithin(
            session,
            { size, mode, backend: device },
            { budget_s: context.quick ? 1 : 8, fewest: 4, most: context.quick ? 4 : 60, timeout_s: context.timeout_s },
          ),
        ),
    }));
    return {
      name: device,
      facts: { device },
      runs: inTurn(once, context.rounds),
      summarise: (runs) => limits(summarise(runs, ['size', 'mode'])),
    };
  });
}

/** The peaks, and for each size how long its step would take at them and what part of that the step reaches. */
export function limits(rows) {
  const peak = (mode, amount) => {
    const row = rows.find((candidate) => candidate.mode === mode && candidate.median_ms);
    return row ? row.work[amount] / (row.median_ms / 1000) : null;
  };
  const peaks = { flops_per_s: peak('matmul', 'flops'), bytes_per_s: peak('copy', 'bytes') };
  const steps = rows
    .filter((row) => row.mode === 'kd' && row.median_ms)
    .map(({ size, median_ms, work }) => {
      const arithmetic_ms = peaks.flops_per_s && (1000 * work.flops) / peaks.flops_per_s;
      const traffic_ms = peaks.bytes_per_s && (1000 * work.bytes) / peaks.bytes_per_s;
      const least_ms = Math.max(arithmetic_ms, traffic_ms);
      return { size, median_ms, ...work, arithmetic_ms, traffic_ms, share: least_ms / median_ms };
    });
  return { rows, peaks, steps };
}
