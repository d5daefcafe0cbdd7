import { check } from './check';
import type { SettingRow, Values } from './experiment';
import { among, mapOf, record, type Shape } from './shape';

/** The version of the messages; docs/embed.md describes them. A change that a host would notice is another version. */
export const VERSION = 1;

export type EmbedState = 'idle' | 'waiting' | 'running' | 'paused' | 'finished' | 'failed';

export interface Result {
  type: 'result';
  experiment: string;
  settings: Values;
  backend: string;
  verdicts: { id: string; hypothesis: string; holds: boolean | null; finding: string }[];
  /** The last measurement, of every student. */
  students: { arm: string; seed: number; figures: Record<string, number | null> }[];
}

/** What a frame says to the page around it. */
export type Said = { type: 'ready'; experiment: string } | { type: 'height'; height: number } | { type: 'state'; state: EmbedState } | Result;

/** What it may be told. */
export type Told = { type: 'start' } | { type: 'pause' } | { type: 'reset' } | { type: 'set'; values: Values };

const anything: Shape = () => undefined;
const shape = record({
  to: among('stillroom'),
  version: (value, path) => among(String(VERSION))(String(value), path),
  type: among('start', 'pause', 'reset', 'set'),
  values: (value, path) => value === undefined || mapOf(anything, 32)(value, path),
});

/** Reads a message from outside. Whatever has not exactly a known shape, or names a value that does not fit its row, is nothing. */
export function readTold(data: unknown, rows: SettingRow[]): Told | undefined {
  try {
    shape(data, '');
  } catch {
    return undefined;
  }
  const { type, values } = data as { type: Told['type']; values?: Record<string, unknown> };
  if (type !== 'set') return values === undefined ? { type } : undefined;
  const checked: Values = {};
  for (const [key, value] of Object.entries(values ?? {})) {
    const row = rows.find((one) => one.key === key);
    const result = row ? check(row, value) : undefined;
    if (!result || 'problem' in result) return undefined;
    checked[key] = result.value;
  }
  return Object.keys(checked).length ? { type, values: checked } : undefined;
}

/** The page around the frame, if there is one. */
export class Host {
  private readonly parent = window.parent === window ? undefined : window.parent;

  /** To whatever origin: who may frame the page is not known, and nothing that is said is a secret. */
  say(message: Said): void {
    this.parent?.postMessage({ from: 'stillroom', version: VERSION, ...message }, '*');
  }

  /** Calls back for messages of the page around the frame, and of nobody else. Gives the way to stop it. */
  listen(rows: () => SettingRow[], told: (message: Told) => void): () => void {
    const hear = (event: MessageEvent): void => {
      if (!this.parent || event.source !== this.parent) return;
      const message = readTold(event.data, rows());
      if (message) told(message);
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }
}
