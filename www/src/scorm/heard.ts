import { VERSION } from '../state/host';

/** What this page takes from the frame: how high it is, and that a run has ended. What the run came to is not even read. */
export type Heard = { type: 'height'; height: number } | { type: 'result' };

const LOWEST = 200;
const HIGHEST = 20_000;

export function readHeard(data: unknown): Heard | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { from, version, type, height } = data as Record<string, unknown>;
  if (from !== 'stillroom' || version !== VERSION) return undefined;
  if (type === 'result') return { type };
  if (type !== 'height' || typeof height !== 'number' || !Number.isFinite(height)) return undefined;
  return { type, height: Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(height))) };
}
