import type { FromWorker } from './messages';

interface Pending {
  answer: FromWorker['type'];
  resolve(event: FromWorker): void;
  reject(error: Error): void;
}

/** Promises of answers, by the id of their command. */
export class Requests {
  private readonly pending = new Map<number, Pending>();
  private next = 1;

  add<T extends FromWorker['type']>(answer: T, send: (id: number) => void): Promise<Extract<FromWorker, { type: T }>> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { answer, resolve: resolve as (event: FromWorker) => void, reject });
      send(id);
    });
  }

  /** Whether the event was the answer, or the failure, of a command that waits for one. */
  settle(event: FromWorker): boolean {
    if (!('id' in event) || event.id == null) return false;
    const pending = this.pending.get(event.id);
    if (!pending) return false;
    if (event.type === 'failed') {
      pending.reject(new Error(event.message));
      // A fatal failure also ends the worker, which the page must see.
      return this.pending.delete(event.id) && !event.fatal;
    }
    if (event.type !== pending.answer) return false;
    this.pending.delete(event.id);
    pending.resolve(event);
    return true;
  }

  rejectAll(reason: string): void {
    for (const { reject } of this.pending.values()) reject(new Error(reason));
    this.pending.clear();
  }
}
