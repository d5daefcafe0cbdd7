/// The one dedicated worker: all numbers are computed here. It speaks the types of `messages.ts`.
import type { Backend, DeviceInfo, Engine, Settings } from '../wasm/stillroom.js';
import { timeLoop } from './benchmark';
import type { FromWorker, ToWorker } from './messages';
import { loadModel } from './models';
import { memoryBytes, openEngine } from './open';
import { sentence } from './sentence';

/** One turn of the clock: short enough that Pause and Reset feel immediate. */
const SLICE_MS = 50;

const scope = self as unknown as {
  postMessage(message: FromWorker[], transfer?: Transferable[]): void;
  onmessage: ((message: MessageEvent<ToWorker>) => void) | null;
};

let base = '';
let because = '';
let plain = false;
let threads = 1;
let engine: Engine | undefined;
let backend: Backend | undefined;
let running = false;
let markTaken: (() => void) | undefined;

const post = (...events: FromWorker[]): void => scope.postMessage(events);
/** Whoever keeps files for the time without a connection cannot see what a worker loads. */
const used = (): FromWorker => ({ type: 'used', urls: performance.getEntriesByType('resource').map(({ name }) => name) });
const compiled = (done: number, total: number): void => post({ type: 'compiled', done, total });

/** Calls into the engine never overlap: a second borrow of the same object panics. Each waits for the one before. */
let queue: Promise<unknown> = Promise.resolve();
function exclusive(id: number | undefined, fatal: boolean, work: () => unknown): Promise<void> {
  const turn = queue.then(work).then(
    () => undefined,
    (error: unknown) => {
      running = false;
      const dead = fatal || (typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError);
      post({ type: 'failed', id: id ?? null, message: sentence(error), fatal: dead });
    },
  );
  queue = turn;
  return turn;
}

function opened(): Engine {
  if (!engine) throw new Error('No device is open yet.');
  return engine;
}

/** Opens a device with the main teacher on it; others are added when a run needs them. */
async function open(wanted: Backend | undefined): Promise<void> {
  const models = await loadModel(base, 'main');
  const next = await openEngine(wanted, models, because, plain, threads, compiled);
  engine?.free();
  engine = next.engine;
  backend = next.device.backend;
  post({ type: 'ready', device: next.device }, used());
}

async function prepare(settings: Settings): Promise<void> {
  const on = opened();
  const missing = await Promise.all(on.missing(settings).map((name) => loadModel(base, name)));
  for (const models of missing) await on.addTeacher(models);
  post({ type: 'prepared', ...on.prepare(settings) });
  if (missing.length) post(used());
}

/** A macrotask, not a microtask: microtasks would starve commands and the GPU's callbacks. Timers are clamped to 4 ms. */
const channel = new MessageChannel();
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}

let looping = false;
async function loop(): Promise<void> {
  if (looping) return;
  looping = true;
  while (running) {
    await exclusive(undefined, true, async () => {
      if (!running) return;
      const events = await opened().advance(SLICE_MS);
      if (events.some((event) => event.type === 'finished')) running = false;
      if (events.length) post(...events);
    });
    await nextTask();
  }
  looping = false;
}

/** Works on the page's device, or on another one that is opened for that long. */
async function onDevice(wanted: Backend | null | undefined, work: (engine: Engine, device: DeviceInfo) => Promise<void>): Promise<void> {
  const own = wanted && wanted !== backend ? await openEngine(wanted, await loadModel(base, 'main'), because, plain, threads, compiled) : undefined;
  const on = own?.engine ?? opened();
  try {
    const device = own?.device ?? on.device();
    if (wanted && device.backend !== wanted) throw new Error(device.reason);
    await work(on, device);
  } finally {
    own?.engine.free();
  }
}

function benchmark({ id, options }: Extract<ToWorker, { type: 'benchmark' }>): Promise<void> {
  // What opening the device takes, with its self-test and its kernels, belongs to the first step.
  const begun = performance.now();
  return onDevice(options.backend, async (on, device) => {
    const mark = (name: string): Promise<void> => {
      const taken = new Promise<void>((resolve) => (markTaken = resolve));
      post({ type: 'mark', name });
      return taken;
    };
    const result = await timeLoop(await on.benchmark(options), options, begun, mark, memoryBytes);
    post({ type: 'benchmarked', id, result: { ...result, device: `${device.backend}: ${device.adapter}` } });
  });
}

function profile({ id, options }: Extract<ToWorker, { type: 'profile' }>): Promise<void> {
  return onDevice(options.backend, async (on) => post({ type: 'profiled', id, profile: await on.profile(options) }));
}

function handle(command: ToWorker): void {
  switch (command.type) {
    case 'hello':
      base = command.base;
      because = command.because;
      plain = command.plain;
      threads = command.threads;
      break;
    case 'open':
      running = false;
      void exclusive(undefined, true, () => open(command.backend ?? undefined));
      break;
    case 'prepare':
      running = false;
      void exclusive(undefined, false, () => prepare(command.settings));
      break;
    case 'start':
      running = true;
      void loop();
      break;
    case 'pause':
      running = false;
      post({ type: 'paused' });
      break;
    case 'step':
      running = false;
      void exclusive(undefined, true, async () => post(...(await opened().step()), { type: 'paused' }));
      break;
    case 'reset':
      running = false;
      void exclusive(undefined, false, () => post({ type: 'prepared', ...opened().reset() }));
      break;
    case 'ask':
      void exclusive(command.id, false, async () =>
        post({ type: 'answered', id: command.id, answer: await opened().ask(command.prompt) }),
      );
      break;
    case 'inspect':
      void exclusive(command.id, false, async () =>
        post({ type: 'inspected', id: command.id, inspection: await opened().inspect(command.wanted) }),
      );
      break;
    case 'compare':
      void exclusive(command.id, false, async () =>
        post({ type: 'compared', id: command.id, comparison: await opened().compare(command.step, ...command.members) }),
      );
      break;
    case 'saveStudent':
      void exclusive(command.id, false, async () => {
        const zip = await opened().student(command.member);
        const fileName = `stillroom-student-${command.member + 1}.zip`;
        scope.postMessage([{ type: 'student', id: command.id, fileName, zip }], [zip.buffer as ArrayBuffer]);
      });
      break;
    case 'saveRun':
      void exclusive(command.id, false, () => post({ type: 'runSaved', id: command.id, run: opened().runFile() }));
      break;
    case 'agreement':
      void exclusive(command.id, false, async () =>
        post({ type: 'agreed', id: command.id, agreement: await opened().agreement(command.steps) }),
      );
      break;
    case 'benchmark':
      running = false;
      void exclusive(command.id, false, () => benchmark(command));
      break;
    case 'profile':
      running = false;
      void exclusive(command.id, false, () => profile(command));
      break;
    case 'markTaken':
      markTaken?.();
      break;
  }
}

scope.onmessage = (message) => handle(message.data);
