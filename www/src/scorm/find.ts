/** As much of the SCORM 1.2 interface as we use. Every answer is a text. */
export interface Api {
  LMSInitialize(nothing: ''): string;
  LMSGetValue(element: string): string;
  LMSSetValue(element: string, value: string): string;
  LMSCommit(nothing: ''): string;
  LMSFinish(nothing: ''): string;
}

/** A window, as far as it can be looked into. */
export interface Around {
  readonly API?: unknown;
  readonly parent: Around;
  readonly opener?: Around | null;
}

/** Platforms lay a handful of frames around a page; more is a circle. */
const FARTHEST = 16;
const CALLS = ['LMSInitialize', 'LMSGetValue', 'LMSSetValue', 'LMSCommit', 'LMSFinish'] as const;

function isApi(value: unknown): value is Api {
  return typeof value === 'object' && value !== null && CALLS.every((call) => typeof (value as Record<string, unknown>)[call] === 'function');
}

/** In the windows around one, from the inside out. A window of another origin cannot be looked into, and ends the walk. */
function upwards(from: Around): Api | undefined {
  try {
    for (let at = from, steps = 0; steps < FARTHEST; at = at.parent, steps++) {
      if (isApi(at.API)) return at.API;
      if (at.parent === at) return undefined;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

/** The platform's object: around this window, else around the one that opened it, as SCORM has it. */
export function findApi(self: Around): Api | undefined {
  const found = upwards(self);
  if (found) return found;
  try {
    // The outermost window is the one that may have been opened.
    let top = self;
    for (let steps = 0; steps < FARTHEST && top.parent !== top; steps++) top = top.parent;
    const opener = self.opener ?? top.opener;
    return opener ? upwards(opener) : undefined;
  } catch {
    return undefined;
  }
}
