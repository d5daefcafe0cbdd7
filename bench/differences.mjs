// That all compute the same: losses of ours held against those of the peers.
import { largestDifference } from './stats.mjs';

/** How far our losses lie from those of each peer, at most, over the steps that both took. */
export function differences(runs) {
  const done = runs.filter((run) => !run.error);
  // All rounds of a kind have the same losses.
  const kinds = done.filter((run, i) => done.findIndex((other) => other.subject === run.subject && other.device === run.device) === i);
  const peers = kinds.filter((run) => run.subject !== 'ours');
  return kinds
    .filter((run) => run.subject === 'ours')
    .flatMap((mine) =>
      peers.map((peer) => ({
        device: mine.device,
        peer: peer.subject,
        label: peer.label,
        peer_device: peer.device,
        ...largestDifference(mine.losses, peer.losses),
      })),
    );
}
