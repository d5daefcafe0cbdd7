// The training step of our page and of the peers, in turn: A B C A B C.
import { withPage } from '../browser.mjs';
import { measureOurs, onOurPage } from '../ours.mjs';
import { SIZES } from '../peers/common.mjs';
import { differences } from '../differences.mjs';
import { PEERS, bench, ready, runNative } from '../peers/index.mjs';
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
    measure: () => onOurPage(context, (session) => measureOurs(session, { ...options, backend: device }, context.timeout_s)),
  }));
  const peers = context.peers.map((name) => {
    const { label, device, backend, native } = PEERS[name];
    const asked = { ...options, backend, budget_ms: 1000 * context.budget_s };
    const measure = native
      ? () => runNative({ ...asked, threads: context.machine.cores }, context.timeout_s)
      : () => withPage({ executable: context.chromium, url: context.peerPages.url(name), ready }, (session) => session.measure(bench, asked, context.timeout_s));
    return { subject: name, label, device, measure };
  });
  // Each device's own together, so that what is compared lies close in time.
  const once = DEVICES.flatMap((device) => [...ours, ...peers].filter((run) => run.device === device));
  return {
    name: `${size} ${mode}`,
    facts: { size, mode, tokens: SIZES[size].B * SIZES[size].T },
    runs: inTurn(once, context.rounds),
    summarise: (runs) => ({ rows: summarise(runs, ['subject', 'label', 'device']), differences: differences(runs) }),
  };
}
