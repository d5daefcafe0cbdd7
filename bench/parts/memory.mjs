// Whether memory grows over thousands of steps: the module's linear memory and the buffers of the GPU.
import { measureOurs, onOurPage } from '../ours.mjs';
import { growth } from '../stats.mjs';

const STEPS = 5000;
const SETTLED = 200;
/** An imitated GPU would take hours with whole batches of the whole student; the buffers are the same in number. */
const SOFTWARE = { batch: 1, width: 32 };

export function blocks(context) {
  const steps = context.quick ? 60 : STEPS;
  const settled = context.quick ? 20 : SETTLED;
  return ['webgpu', 'cpu'].map((device) => {
    const smaller = device === 'webgpu' && context.adapter.software ? SOFTWARE : {};
    return {
      name: device,
      facts: { device, size: 'S', mode: 'kd', steps, ...smaller },
      runs: [
        {
          device,
          round: 0,
          measure: async () => {
            const run = await onOurPage(context, device, (session) =>
              measureOurs(session, { size: 'S', mode: 'kd', steps, backend: device, ...smaller }, context.timeout_s),
            );
            const alive = run.alive ?? [];
            // Thousands of times and losses would only make the file large.
            return { ...run, times_ms: thinned(run.times_ms), losses: thinned(run.losses), alive: thinned(alive), gpu_growth: growth(alive, settled) };
          },
        },
      ],
      summarise: ([run]) =>
        run.error
          ? { error: run.error }
          : { wasm: run.memory, gpu: run.alive, wasm_growth: growth(run.memory, settled), gpu_growth: run.gpu_growth, per_step: run.gpu ?? null },
    };
  });
}

/** Every k-th, so that about 200 are left. */
export function thinned(list) {
  const stride = Math.ceil(list.length / 200) || 1;
  return list.filter((_, i) => i % stride === stride - 1);
}
