// Writing 32 tokens after each of 64 prompts, with the key-value cache and by computing everything again for each token.
import { measureWithin, onOurPage } from '../ours.mjs';
import { inTurn, summarise } from '../timing.mjs';

export function blocks(context) {
  const once = ['webgpu', 'cpu'].flatMap((device) =>
    ['generate', 'recompute'].map((mode) => ({
      device,
      mode,
      measure: () =>
        onOurPage(context, device, (session) =>
          measureWithin(
            session,
            { size: 'S', mode, backend: device },
            { budget_s: context.quick ? 1 : 15, fewest: context.quick ? 2 : 4, most: context.quick ? 4 : 40, timeout_s: context.timeout_s },
          ),
        ),
    })),
  );
  return [
    {
      name: 'S',
      facts: { size: 'S', sequences: 64, tokens: 32 },
      runs: inTurn(once, context.rounds),
      summarise: (runs) => ({ rows: summarise(runs, ['device', 'mode']) }),
    },
  ];
}
