import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Hands } from './hands';
import type { FromHand, ToHand } from './messages';

const module = {} as WebAssembly.Module;
const workers: FakeWorker[] = [];
/** Whether a worker answers its start; else it fails to load, or says nothing. */
let starts: ('works' | 'fails' | 'is silent')[] = [];

class FakeWorker {
  onmessage: ((message: { data: FromHand }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  onerror: ((event: { preventDefault(): void; message: string }) => void) | null = null;
  readonly received: ToHand[] = [];
  readonly given: Transferable[] = [];
  ended = false;
  private readonly kind = starts[workers.length] ?? 'works';

  constructor() {
    workers.push(this);
  }

  postMessage(message: ToHand, transfer: Transferable[]): void {
    this.received.push(message);
    this.given.push(...transfer);
    if (message.type !== 'start') return;
    if (this.kind === 'works') queueMicrotask(() => this.onmessage?.({ data: { id: message.id, result: undefined } }));
    if (this.kind === 'fails') queueMicrotask(() => this.onerror?.({ preventDefault: () => undefined, message: '' }));
  }

  answer(answer: FromHand): void {
    this.onmessage?.({ data: answer });
  }

  terminate(): void {
    this.ended = true;
  }
}

function cores(count: number): void {
  vi.stubGlobal('navigator', { hardwareConcurrency: count });
}

beforeEach(() => {
  workers.length = 0;
  starts = [];
  cores(5);
  vi.stubGlobal('Worker', FakeWorker);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('leaves a core to the page unless the visitor asks for all, and takes no more than are of use', () => {
  cores(4);
  expect(new Hands('main', 64).most).toBe(3);
  expect(new Hands('main', 5).most).toBe(3);
  expect(new Hands('main', 4).most).toBe(4);
  expect(new Hands('main', 2).most).toBe(2);
  cores(1);
  expect(new Hands('main', 64).most).toBe(1);
  cores(32);
  expect(new Hands('main', 64).most).toBe(8);
  cores(0);
  expect(new Hands('main', 64).most).toBe(1);
  cores(4);
  vi.stubGlobal('Worker', undefined);
  expect(new Hands('main', 64).most).toBe(1);
});

it('starts what is missing, once, with the module', async () => {
  const hands = new Hands('main', 64);
  expect(workers).toHaveLength(0);
  expect(await hands.start(2, module)).toBe(2);
  expect(await hands.start(2, module)).toBe(2);
  expect(await hands.start(3, module)).toBe(3);
  expect(workers).toHaveLength(3);
  expect(workers[2]?.received[0]).toEqual({ type: 'start', id: 1, script: 'main', module });
});

it('gives arrays away and gets answers by their id', async () => {
  const hands = new Hands('main', 64);
  await hands.start(2, module);
  const array = new Float32Array([1, 2]);
  const [first, second] = [hands.call(1, 7, 'step', [array, 3]), hands.call(1, 7, 'losses', [])];
  const worker = workers[1] as FakeWorker;
  expect(worker.received.slice(1)).toEqual([
    { type: 'call', id: 2, key: 7, method: 'step', args: [array, 3] },
    { type: 'call', id: 3, key: 7, method: 'losses', args: [] },
  ]);
  expect(worker.given).toEqual([array.buffer]);
  worker.answer({ id: 3, result: Float32Array.of(5) });
  worker.answer({ id: 2, result: undefined });
  expect(await second).toEqual(Float32Array.of(5));
  expect(await first).toBeUndefined();
});

it('makes do with the workers before the first that cannot be started, and does not try again', async () => {
  starts = ['works', 'works', 'fails', 'works'];
  const hands = new Hands('main', 64);
  expect(await hands.start(4, module)).toBe(2);
  expect(hands.most).toBe(2);
  expect(workers[2]?.ended).toBe(true);
  expect(console.warn).toHaveBeenCalledOnce();
});

it('makes do without workers where the first cannot be made', async () => {
  vi.stubGlobal('Worker', function () {
    throw new Error('refused');
  });
  const hands = new Hands('main', 64);
  expect(await hands.start(2, module)).toBe(0);
  expect(hands.most).toBe(1);
});

it('does not wait for ever for a worker that says nothing', async () => {
  vi.useFakeTimers();
  starts = ['is silent'];
  const hands = new Hands('main', 64);
  const started = hands.start(1, module);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await started).toBe(0);
  expect(workers[0]?.ended).toBe(true);
});

it.each<[string, (worker: FakeWorker) => void, RegExp]>([
  ['stops', (worker) => worker.onerror?.({ preventDefault: () => undefined, message: 'out of memory' }), /stopped: out of memory/],
  ['answers with an error', (worker) => worker.answer({ id: 2, error: 'The engine stopped unexpectedly.' }), /stopped unexpectedly/],
  ['cannot be read', (worker) => worker.onmessageerror?.(), /could not be read/],
])('says so to all who wait, and to all who ask later, when a worker %s', async (_, break_, sentence) => {
  const hands = new Hands('main', 64);
  await hands.start(2, module);
  const waiting = hands.call(0, 1, 'losses', []);
  // Nobody waits for this one: it must not become an unhandled rejection.
  void hands.call(0, 1, 'step', []);
  const worker = workers[0] as FakeWorker;
  break_(worker);
  await expect(waiting).rejects.toThrow(sentence);
  await expect(hands.call(0, 1, 'step', [])).rejects.toThrow(sentence);
  expect(worker.ended).toBe(true);
  // The next population gets a new one in its place.
  expect(await hands.start(2, module)).toBe(2);
  expect(workers).toHaveLength(3);
});

it('ends all of them, and answers nobody after that', async () => {
  const hands = new Hands('main', 64);
  await hands.start(2, module);
  const waiting = hands.call(0, 1, 'losses', []);
  hands.close();
  await expect(waiting).rejects.toThrow('stopped');
  await expect(hands.call(0, 1, 'losses', [])).rejects.toThrow('no longer there');
  expect(workers.every((worker) => worker.ended)).toBe(true);
});
