import { describe, expect, it, vi } from 'vitest';
import { neighbourLocks } from './neighbours';
import { Turn, type Locks } from './turn';

/** A lock like the browser's, for one name. */
function oneLock(): Locks {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request: ((_: string, options: { signal: AbortSignal }, callback: () => unknown) => {
      const mine = last.then(() => {
        if (options.signal.aborted) throw new Error('aborted');
        return callback();
      });
      last = mine.catch(() => undefined);
      return mine;
    }) as Locks['request'],
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('turns', () => {
  it('are taken one after the other', async () => {
    const locks = oneLock();
    const [first, second] = [new Turn([locks]), new Turn([locks])];
    const order: string[] = [];
    first.take(() => order.push('first'));
    second.take(() => order.push('second'));
    await settled();
    expect(order).toEqual(['first']);
    first.give();
    await settled();
    expect(order).toEqual(['first', 'second']);
    first.take(() => order.push('first again'));
    await settled();
    expect(order).toHaveLength(2);
    second.give();
    await settled();
    expect(order.at(-1)).toBe('first again');
  });

  it('that are given up while waiting never come', async () => {
    const locks = oneLock();
    const [first, second, third] = [new Turn([locks]), new Turn([locks]), new Turn([locks])];
    const order: string[] = [];
    first.take(() => order.push('first'));
    second.take(() => order.push('second'));
    third.take(() => order.push('third'));
    await settled();
    second.give();
    first.give();
    await settled();
    expect(order).toEqual(['first', 'third']);
  });

  it('are taken in another way where the first is denied, and are free where all are', async () => {
    const thrown: Locks = { request: () => { throw new Error('SecurityError'); } };
    const denied: Locks = { request: (() => Promise.reject(new Error('SecurityError'))) as never };
    const locks = oneLock();
    const order: string[] = [];
    const first = new Turn([thrown, locks]);
    first.take(() => order.push('first'));
    await settled();
    new Turn([undefined, denied, locks]).take(() => order.push('second'));
    new Turn([undefined]).take(() => order.push('alone'));
    new Turn([denied, thrown]).take(() => order.push('denied'));
    await settled();
    expect(order).toEqual(['first', 'alone', 'denied']);
    first.give();
    await settled();
    expect(order.at(-1)).toBe('second');
  });
});

describe('frames that see each other', () => {
  const beyond = new Proxy({}, { get: () => { throw new Error('SecurityError'); } });

  it('take turns in the order in which they asked, also when one of them is gone', async () => {
    vi.useFakeTimers();
    const frames: object[] = [beyond, {}, {}, {}];
    const [first, second, third] = frames.slice(1).map((self) => new Turn([neighbourLocks(self, frames)]));
    const order: string[] = [];
    first?.take(() => order.push('first'));
    second?.take(() => order.push('second'));
    third?.take(() => order.push('third'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(order).toEqual(['first']);
    first?.give();
    first?.take(() => order.push('first again'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(order).toEqual(['first', 'second']);
    // The frame of the second one is taken out of the page while it holds.
    frames.splice(2, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(order).toEqual(['first', 'second', 'third']);
    third?.give();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(order.at(-1)).toBe('first again');
    vi.useRealTimers();
  });
});
