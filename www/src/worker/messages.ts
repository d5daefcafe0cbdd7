import type { Agreement, BenchmarkOptions, Command, Event as EngineEvent, Profile, RunFile } from '../wasm/stillroom.js';
import type { Build } from './builds';

/**
 * What the page sends: the engine's commands, and four that need no engine type.
 * `hello` comes first: a worker does not know the folder of the page, nor why a device is asked for, nor
 * whether burn is to compute instead of the fused plans (`plain`), nor how many threads it may use. `saveRun` asks for the run so far,
 * `agreement` how far this device and the CPU differ, `profile` where the time of a benchmark's step goes.
 */
export type ToWorker =
  | Command
  | { type: 'hello'; base: string; because: string; plain: boolean; threads: number }
  | { type: 'saveRun'; id: number }
  | { type: 'agreement'; id: number; steps: number }
  | { type: 'profile'; id: number; options: BenchmarkOptions };

/** What comes back, several at a time. `compiled`: so many of so many kernels for the GPU. `used`: the files that were loaded so far. */
export type FromWorker =
  | EngineEvent
  | { type: 'compiled'; done: number; total: number }
  | { type: 'used'; urls: string[] }
  | { type: 'runSaved'; id: number; run: RunFile }
  | { type: 'agreed'; id: number; agreement: Agreement }
  | { type: 'profiled'; id: number; profile: Profile };

/** What the worker sends to its hands: once the module of a build, then calls. Each is answered, in the order sent. */
export type ToHand =
  | { type: 'start'; id: number; script: Build; module: WebAssembly.Module }
  | { type: 'call'; id: number; key: number; method: string; args: unknown[] };

/** What a hand answers. After an error it is of no further use. */
export type FromHand = { id: number; result: Float32Array | undefined } | { id: number; error: string };

/** What carries out commands: the worker, or the playback of a run made earlier. */
export interface Driver {
  send(command: ToWorker): void;
  /** Sends a command that has one answer. Rejects with a sentence. */
  request<T extends FromWorker['type']>(
    command: Request,
    answer: T,
  ): Promise<Extract<FromWorker, { type: T }>>;
  close(): void;
}

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;

/** A command that has an answer of its own; the driver gives it its id. */
export type Request = WithoutId<ToWorker>;
