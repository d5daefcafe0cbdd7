// The time of our step against one dimension of the students at a time, the rest as in size S.
import { measureWithin, onOurPage } from '../ours.mjs';
import { inTurn, summarise } from '../timing.mjs';

/** By the option's name; the value that size S has is among them. */
export const CURVES = {
  population: [1, 2, 4, 8, 16],
  width: [32, 64, 128, 256],
  batch: [4, 16, 64],
  layers: [1, 2, 4],
  vocab: [128, 512, 2048],
};

export function blocks(context) {
  return Object.entries(CURVES).map(([dimension, all]) => {
    const values = context.quick ? all.slice(0, 2) : all;
    const points = values.flatMap((value) => ['webgpu', 'cpu'].map((device) => ({ value, device })));
    const once = points.map(({ value, device }) => ({
      value,
      device,
      measure: () =>
        onOurPage(context, device, (session) =>
          measureWithin(
            session,
            { size: 'S', mode: 'kd', backend: device, [dimension]: value },
            { budget_s: context.quick ? 1 : 4, fewest: 4, most: context.quick ? 4 : 60, timeout_s: context.timeout_s },
          ),
        ),
    }));
    return {
      name: dimension,
      facts: { dimension, size: 'S', mode: 'kd' },
      runs: inTurn(once, context.rounds),
      summarise: (runs) => ({ rows: summarise(runs, ['device', 'value']) }),
    };
  });
}
