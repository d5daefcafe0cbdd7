import type { Hands as CrewHands } from '../wasm/stillroom.js';
import type { Build } from './builds';
import type { FromHand, ToHand } from './messages';
import { sentence } from './sentence';

/** More would mostly wait: a run has seldom more members. */
const MOST = 8;
/** A worker that does not answer for so long after it was made is not waited for any longer. */
const START_MS = 30_000;

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;
type Result = Float32Array | undefined;

/** One worker beside this one, and what it was asked. Once anything went wrong, it is gone. */
class Hand {
  private readonly worker = new Worker(new URL('./hand.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, { resolve(result: Result): void; reject(error: Error): void }>();
  private next = 1;
  private failure: Error | undefined;

  constructor() {
    this.worker.onmessage = (message: MessageEvent<FromHand>) => this.receive(message.data);
    this.worker.onmessageerror = () => this.end('A message from a worker that trains could not be read.');
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.end(event.message ? `A worker that trains stopped: ${event.message.slice(0, 300)}` : 'A worker that trains could not be loaded.');
    };
  }

  /** Loads what computes. */
  async start(script: Build, module: WebAssembly.Module): Promise<void> {
    const timer = setTimeout(() => this.end('A worker that trains did not start in time.'), START_MS);
    await this.ask({ type: 'start', script, module }, []).finally(() => clearTimeout(timer));
  }

  get alive(): boolean {
    return this.failure === undefined;
  }

  ask(message: WithoutId<ToHand>, transfer: Transferable[]): Promise<Result> {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...message, id } as ToHand, transfer);
    });
  }

  end(reason: string): void {
    this.failure ??= new Error(reason);
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }

  private receive(answer: FromHand): void {
    if ('error' in answer) {
      this.end(answer.error);
    } else {
      this.waiting.get(answer.id)?.resolve(answer.result);
      this.waiting.delete(answer.id);
    }
  }
}

/**
 * As many as were asked for. Where that is more than there are cores, as by default, all cores but one: without one for the page
 * itself, drawing a chart would hold it up for longer than a visitor should notice.
 */
function allowed(cores: number, threads: number): number {
  return threads > cores ? Math.max(1, cores - 1) : threads;
}

/** The workers over which the members of a population are spread. They are started when a population first needs them. */
export class Hands implements CrewHands {
  private readonly hands: Hand[] = [];
  private limit: number;

  /** `script` names the build whose module they are given; `threads` is what the visitor allows. */
  constructor(
    private readonly script: Build,
    threads: number,
  ) {
    // Some browsers know no workers of workers, and some do not tell how many cores there are.
    this.limit = typeof Worker === 'function' ? Math.min(MOST, allowed(navigator.hardwareConcurrency || 1, threads)) : 1;
  }

  get most(): number {
    return this.limit;
  }

  async start(count: number, module: WebAssembly.Module): Promise<number> {
    const places = [...Array(count).keys()];
    await Promise.all(places.filter((place) => !this.hands[place]?.alive).map((place) => this.startOne(place, module)));
    const missing = places.findIndex((place) => !this.hands[place]?.alive);
    // Where one could not be started, it is not tried again and again.
    if (missing >= 0) this.limit = Math.max(1, missing);
    return missing < 0 ? count : missing;
  }

  call(place: number, key: number, method: string, args: unknown[]): Promise<Result> {
    const transfer = args.flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
    const gone = new Error('A worker that trains is no longer there.');
    const answer = this.hands[place]?.ask({ type: 'call', key, method, args }, transfer) ?? Promise.reject(gone);
    // Not every answer is waited for. A hand that failed says so to whoever asks next.
    answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    for (const hand of this.hands.splice(0)) hand.end('The engine was stopped before it could answer.');
  }

  private async startOne(place: number, module: WebAssembly.Module): Promise<void> {
    try {
      const hand = new Hand();
      this.hands[place] = hand;
      await hand.start(this.script, module);
    } catch (error) {
      console.warn(`Fewer threads will compute: ${sentence(error)}`);
    }
  }
}
