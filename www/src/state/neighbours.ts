import type { Locks } from './turn';

/** What a frame's window carries while it waits or holds: the lowest number is next. */
interface Place {
  number: number;
  holds: boolean;
}

const KEY = 'stillroomPlace';
type Neighbour = { [KEY]?: Place };

const POLL_MS = 250;

/** The places of all frames of this site beside this one. Those of other sites cannot be looked into, and need not be. */
function places(frames: ArrayLike<unknown>): Place[] {
  return Array.from({ length: frames.length }, (_, index) => index).flatMap((index) => {
    try {
      return (frames[index] as Neighbour)[KEY] ?? [];
    } catch {
      return [];
    }
  });
}

/**
 * Turns without the Web Locks API, which Chromium denies to frames within pages of other sites where third-party storage is
 * blocked. Frames of one site may look at each other through their common parent, and share one thread, so that to look and
 * to take is one step. A frame that is gone is not in the parent's list any more: nothing has to be cleaned up after it.
 */
export function neighbourLocks(self: Neighbour, frames: ArrayLike<unknown>): Locks {
  const request = async (_name: string, { signal }: { signal: AbortSignal }, callback: () => unknown): Promise<unknown> => {
    const place: Place = { number: 1 + Math.max(0, ...places(frames).map(({ number }) => number)), holds: false };
    self[KEY] = place;
    const free = (): boolean => places(frames).every((other) => other === place || (!other.holds && other.number > place.number));
    try {
      while (!free()) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        signal.throwIfAborted();
      }
      place.holds = true;
      return await callback();
    } finally {
      // It may have been given up and taken anew meanwhile.
      if (self[KEY] === place) delete self[KEY];
    }
  };
  return { request: request as unknown as Locks['request'] };
}
