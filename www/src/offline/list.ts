/** One file of the site, as one version of it has it. */
export interface Entry {
  /** From the folder of the site. */
  path: string;
  /** `sha256-` and base 64, as in an `integrity` attribute: no other bytes are ever given to a page of this version. */
  integrity: string;
  bytes: number;
  /** `first`: kept before this version is used. `use`: the engine and the models, kept when they are first used or asked for. */
  when: 'first' | 'use';
}

export interface Version {
  /** Differs as soon as a byte of the site or of its service worker does. */
  id: string;
  entries: Entry[];
}

/** How much of the site is kept on this device, in bytes. */
export interface Kept {
  kept: number;
  all: number;
}

/** What a page asks of the service worker. All but the first two are answered through the port that comes with them. */
export type Asked = { type: 'used'; urls: string[] } | { type: 'skip' } | { type: 'renew' } | { type: 'kept' } | { type: 'everything' };

/** What it answers: how far it is; at the end with what went wrong, or nothing. */
export type Answered = Kept & { done: boolean; failed: boolean };

/** Large files that a reader who presses nothing has no use for. */
const LATER = /\.wasm$|^models\//;
/** What no page loads: the worker itself, compressed copies, and pictures for other programs. */
const NEVER = /^sw\.js$|\.(br|gz)$|^icons\/|^share\.png$/;

/** When a file is kept; never, for some. */
export function whenOf(path: string): Entry['when'] | undefined {
  if (NEVER.test(path)) return undefined;
  return LATER.test(path) ? 'use' : 'first';
}

/** The entry that an address stands for. Pages may be asked for without `.html`, as some hosts have it. */
export function find(entries: Entry[], url: string, scope: string): Entry | undefined {
  const { origin, pathname } = new URL(url);
  const whole = origin + pathname;
  if (!whole.startsWith(scope)) return undefined;
  const path = whole.slice(scope.length) || 'index.html';
  return entries.find((entry) => entry.path === path) ?? entries.find((entry) => entry.path === `${path}.html`);
}

/** Two copies of the site on one host have caches of their own. */
export function cachePrefix(scope: string): string {
  return `stillroom ${scope} `;
}

/** What `nosw` may say in an address: nothing at all, usually. */
export const NO_WORKER = ['', '1'];

/** Whether an address asks for the page as it is without a service worker. */
export function asksForNone(search: string): boolean {
  const value = new URLSearchParams(search).get('nosw');
  return value !== null && NO_WORKER.includes(value);
}
