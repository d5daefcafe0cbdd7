// The training step of our page and of the peers, in turn: A B C A B C.
import { withPage } from '../browser.mjs';
import { measureOpened, measureOurs, onOurPage } from '../ours.mjs';
import { FEWEST_STEPS, SIZES } from '../peers/common.mjs';
import { differences } from '../differences.mjs';
import { PEERS, bench, ready, runNative } from '../peers/index.mjs';
import { median } from '../stats.mjs';
import { inTurn, summarise } from '../timing.mjs';

const SEED = 1234;
const DEVICES = ['webgpu', 'cpu'];

export function blocks(context) {
  const sizes = context.quick ? context.sizes.slice(0, 1) : context.sizes;
  return sizes.flatMap((size) => context.modes.map((mode) => block(context, size, mode)));
}

function block(context, size, mode) {
  const steps = context.quick ? 4 : SIZES[size].steps;
  const options = { size, mode, steps, seed: SEED };
  const ours = DEVICES.map((device) => ({
    subject: 'ours',
    label: 'Stillroom',
    device,
    // Opened on the processor: the first step on the GPU is then a cold one.
    measure: () => onOurPage(context, 'cpu', (session) => measureOurs(session, { ...options, backend: device }, context.timeout_s)),
  }));
  const peers = context.peers.map((name) => {
    const { label, device, backend, native } = PEERS[name];
    const asked = { ...options, backend, budget_ms: 1000 * context.budget_s };
    const measure = native
      ? () => runNative({ ...asked, threads: context.machine.cores }, context.timeout_s)
      : () => withPage({ executable: context.chromium, url: context.peerPages.url(name), ready }, (session) => session.measure(bench, asked, context.timeout_s));
    return { subject: name, label, device, measure };
  });
  // What a visitor waits for after the page has opened: only the first step matters here.
  const opened = { subject: 'opened', label: 'Stillroom, device open', device: 'webgpu', measure: () => measureOpened(context, { ...options, steps: FEWEST_STEPS, backend: 'webgpu' }) };
  // Each device's own together, so that what is compared lies close in time.
  const once = DEVICES.flatMap((device) => [...ours, opened, ...peers].filter((run) => run.device === device));
  return {
    name: `${size} ${mode}`,
    facts: { size, mode, tokens: SIZES[size].B * SIZES[size].T },
    runs: inTurn(once, context.rounds),
    summarise: (runs) => ({
      rows: summarise(runs.filter((run) => run.subject !== 'opened'), ['subject', 'label', 'device']),
      opened: opening(runs.filter((run) => run.subject === 'opened')),
      differences: differences(runs.filter((run) => run.subject !== 'opened')),
    }),
  };
}

/** The device opened first, then the call: medians over the rounds. */
function opening(runs) {
  const done = runs.filter((run) => !run.error);
  if (!done.length) return { error: runs[0]?.error };
  const of = (key) => median(done.map((run) => run[key]));
  return { start_ms: of('start_ms'), ready_ms: of('ready_ms'), self_test_ms: of('self_test_ms') };
}
