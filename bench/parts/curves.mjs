// The time of our step against one dimension of the students at a time, the rest as in size S.
import { measureWithin, onOurPage } from '../ours.mjs';
import { inTurn, summarise } from '../timing.mjs';

/** `dimension` is the option's name; the value that size S has is among its `values`. `rest` is not as in size S. */
export const CURVES = [
  { name: 'population', dimension: 'population', values: [1, 2, 4, 8, 16] },
  { name: 'population-small', dimension: 'population', values: [1, 2, 4, 8, 16], rest: { batch: 2 } },
  { name: 'width', dimension: 'width', values: [32, 64, 128, 256] },
  { name: 'batch', dimension: 'batch', values: [4, 16, 64] },
  { name: 'layers', dimension: 'layers', values: [1, 2, 4] },
  { name: 'vocab', dimension: 'vocab', values: [128, 512, 2048] },
];

export function blocks(context) {
  return CURVES.map(({ name, dimension, values: all, rest }) => {
    const values = context.quick ? all.slice(0, 2) : all;
    const points = values.flatMap((value) => ['webgpu', 'cpu'].map((device) => ({ value, device })));
    const once = points.map(({ value, device }) => ({
      value,
      device,
      measure: () =>
        onOurPage(context, device, (session) =>
          measureWithin(
            session,
            { size: 'S', mode: 'kd', backend: device, ...rest, [dimension]: value },
            { budget_s: context.quick ? 1 : 4, fewest: 4, most: context.quick ? 4 : 60, timeout_s: context.timeout_s },
          ),
        ),
    }));
    return {
      name,
      facts: { dimension, size: 'S', mode: 'kd', ...rest },
      runs: inTurn(once, context.rounds),
      summarise: (runs) => ({ rows: summarise(runs, ['device', 'value']) }),
    };
  });
}
