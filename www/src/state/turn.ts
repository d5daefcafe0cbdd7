const NAME = 'stillroom-turn';

/** As much of the Web Locks API as is needed, and as a test can stand in for. */
export type Locks = Pick<LockManager, 'request'>;

/**
 * One frame trains at a time: the frames of a page take turns by a lock of the browser, or, where that is denied, by what
 * they see of each other. Where neither is possible, nobody waits.
 */
export class Turn {
  private giveBack: (() => void) | undefined;
  private waiting: AbortController | undefined;

  constructor(private readonly ways: (Locks | undefined)[]) {}

  /** Calls `granted` when it is this frame's turn; never, if it is given up before. */
  take(granted: () => void): void {
    if (this.waiting) return;
    const waiting = new AbortController();
    this.waiting = waiting;
    const hold = (): Promise<void> | undefined => {
      if (waiting.signal.aborted) return undefined;
      const held = new Promise<void>((resolve) => (this.giveBack = resolve));
      granted();
      return held;
    };
    void this.ask(waiting.signal, hold);
  }

  give(): void {
    this.waiting?.abort();
    this.giveBack?.();
    this.waiting = this.giveBack = undefined;
  }

  private async ask(signal: AbortSignal, hold: () => unknown): Promise<void> {
    for (const way of this.ways) {
      try {
        if (!way) continue;
        await way.request(NAME, { signal }, hold);
        return;
      } catch {
        // Given up while it waited: that is no failure. Else this way is denied here, and the next one is tried.
        if (signal.aborted) return;
      }
    }
    hold();
  }
}
