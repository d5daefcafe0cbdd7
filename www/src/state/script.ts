import type { Agreement, Backend, BenchmarkOptions, BenchmarkResult, Profile, RunFile, SelfTest } from '../wasm/stillroom.js';
import { english } from '../i18n/speech';
import { PAGE_ROWS } from './address';
import { check, echo } from './check';
import { experimentOf, type Experiment, type SettingRow, type Values } from './experiment';
import type { Lab } from './lab.svelte';

export interface Reply {
  text: string;
  /** `null` where there is no truth to compare with. */
  correct: boolean | null;
  refused: boolean;
  truth: string | null;
  note: string | null;
}

/** `globalThis.stillroom`: the page by script, for teachers, tests and benchmarks. Every refusal is one sentence. */
export interface Script {
  readonly ready: Promise<{ backend: Backend; adapter: string; selfTest: SelfTest }>;
  /** Settings that are not named keep their defaults; without an `experiment` it is the one on screen. */
  run(options?: Record<string, unknown>): Promise<RunFile>;
  /** `model` is `teacher` or the id of an arm. */
  ask(options: { model: string; prompt: string }): Promise<Reply>;
  benchmark(options: Record<string, unknown>): Promise<BenchmarkResult>;
  /** Where the time of one of the benchmark's steps goes, by kind of work; the benchmark's options. */
  profile(options: Record<string, unknown>): Promise<Profile>;
  /** How far losses and gradients of this device and of the CPU differ over so many training steps. */
  agreement(steps?: number): Promise<Agreement>;
}

const LONGEST_PROMPT = 2_000;

export function scriptOf(lab: Lab): Script {
  return {
    // Asked anew each time: a run on another device opens that one.
    get ready() {
      const ready = lab.ready().then(() => {
        const device = lab.device;
        if (!device) throw new Error('No device is open.');
        const backend = lab.canCompute ? device.backend : 'recorded';
        return { backend, adapter: device.adapter, selfTest: device.selfTest };
      });
      // Whoever waits gets the rejection; where nobody does, the page has said it already.
      ready.catch(() => undefined);
      return ready;
    },

    async run(options = {}) {
      const { experiment, values, backend } = readRunOptions(options, lab.experiment);
      return lab.run(experiment, values, backend);
    },

    async ask({ model, prompt }) {
      if (typeof prompt !== 'string' || prompt.length > LONGEST_PROMPT) {
        throw new Error(`ask: prompt must be a text of at most ${LONGEST_PROMPT} characters.`);
      }
      await lab.ready();
      const arms = lab.experiment.arms.filter((arm) => arm.trained).map((arm) => arm.id);
      if (model !== 'teacher' && !arms.includes(model)) {
        throw new Error(`ask: model must be one of teacher, ${arms.join(', ')}, not “${echo(String(model))}”.`);
      }
      if (lab.elsewhere) throw new Error('ask: the students on this device are of another experiment; start this one first.');
      const { answer } = await lab.request({ type: 'ask', prompt }, 'answered');
      const reply = answer.replies.find((candidate) => (candidate.arm ?? 'teacher') === model);
      if (!reply && answer.replies.length) throw new Error(`ask: the student “${model}” is not part of this run.`);
      return {
        text: reply?.text ?? '',
        correct: reply?.correct ?? null,
        refused: reply?.refused ?? false,
        truth: answer.truth ?? null,
        note: answer.note ?? null,
      };
    },

    async benchmark(options) {
      const checked = readBenchmarkOptions(options);
      await lab.ready();
      return (await lab.request({ type: 'benchmark', options: checked }, 'benchmarked')).result;
    },

    async profile(options) {
      const checked = readBenchmarkOptions(options, 'profile');
      await lab.ready();
      return (await lab.request({ type: 'profile', options: checked }, 'profiled')).profile;
    },

    async agreement(steps = 20) {
      if (!Number.isInteger(steps) || steps < 1 || steps > 1_000) throw new Error('agreement: steps must be a whole number from 1 to 1000.');
      await lab.ready();
      return (await lab.request({ type: 'agreement', steps }, 'agreed')).agreement;
    },
  };
}

/** The same on a page that opens a device only when something is asked of it: each call loads the engine first. */
export function scriptOnDemand(load: () => Promise<Script>): Script {
  return {
    get ready() {
      const ready = load().then((script) => script.ready);
      ready.catch(() => undefined);
      return ready;
    },
    run: async (options) => (await load()).run(options),
    ask: async (options) => (await load()).ask(options),
    benchmark: async (options) => (await load()).benchmark(options),
    profile: async (options) => (await load()).profile(options),
    agreement: async (steps) => (await load()).agreement(steps),
  };
}

export interface RunOptions {
  experiment: Experiment;
  values: Values;
  backend: Backend | undefined;
}

/** Checks the options of `run` against the settings table of their experiment. */
export function readRunOptions(options: Record<string, unknown>, shown = experimentOf(undefined)): RunOptions {
  const { experiment: id, backend, ...settings } = options;
  const page = (key: string): SettingRow => PAGE_ROWS.find((row) => row.key === key) as SettingRow;
  const experiment = id === undefined ? shown : experimentOf(accept(page('experiment'), id) as string);
  const device = backend === undefined || backend === null ? 'auto' : accept(page('backend'), backend);
  const rows = experiment.settings;
  const values: Values = Object.fromEntries(rows.map((row) => [row.key, row.default]));
  for (const [key, value] of Object.entries(settings)) {
    const row = rows.find((candidate) => candidate.key === key);
    if (!row) throw new Error(`run: “${echo(key)}” is no setting of this experiment.`);
    if (value !== undefined) values[key] = accept(row, value);
  }
  return { experiment, values, backend: device === 'auto' ? undefined : (device as Backend) };
}

function accept(row: SettingRow, value: unknown): Values[string] {
  // A script reads English, whatever the page speaks.
  const checked = check(row, value, (key, filling) => english.say(key, filling));
  if ('problem' in checked) throw new Error(`run: ${checked.problem}.`);
  return checked.value;
}

const STEPS: Record<string, number> = { lesson: 30, S: 30, M: 10 };
/** Training by a teacher or by text; writing with the key-value cache and without; the device's peaks. */
const MODES = ['kd', 'lm', 'generate', 'recompute', 'matmul', 'copy'];
/** More is a slip of the pen; what a device can hold, the engine knows. */
const LARGEST_SHAPE = 65_536;

/** Fills in what the benchmark's sizes imply; `call` is named in refusals. Unknown options are the caller's own notes. */
export function readBenchmarkOptions(options: Record<string, unknown>, call = 'benchmark'): BenchmarkOptions {
  const size = String(options['size'] ?? 'S');
  const mode = String(options['mode'] ?? 'kd');
  const backend = options['backend'] ?? undefined;
  const sanity = Boolean(options['sanity']);
  const usual = sanity ? 30 : STEPS[size];
  if (usual === undefined) throw new Error(`${call}: size must be one of ${Object.keys(STEPS).join(', ')}.`);
  if (!MODES.includes(mode)) throw new Error(`${call}: mode must be one of ${MODES.join(', ')}.`);
  if (backend !== undefined && backend !== 'webgpu' && backend !== 'cpu') {
    throw new Error(`${call}: backend must be webgpu or cpu.`);
  }
  const number = (key: string): number | undefined => {
    const value = options[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${call}: ${key} must be a finite number.`);
    return value;
  };
  const shape = (key: string): number | null => {
    const value = number(key) ?? null;
    if (value !== null && (!Number.isInteger(value) || value < 1 || value > LARGEST_SHAPE)) {
      throw new Error(`${call}: ${key} must be a whole number from 1 to ${LARGEST_SHAPE}.`);
    }
    return value;
  };
  const steps = number('steps') ?? usual;
  if (!Number.isInteger(steps) || steps < 1 || steps > 100_000) {
    throw new Error(`${call}: steps must be a whole number from 1 to 100000.`);
  }
  return {
    size,
    mode,
    steps,
    seed: number('seed') ?? null,
    fixed: Boolean(options['fixed'] ?? sanity),
    lr: number('lr') ?? (sanity ? 1e-2 : null),
    sanity,
    backend: backend ?? null,
    population: shape('population'),
    width: shape('width'),
    layers: shape('layers'),
    batch: shape('batch'),
    vocab: shape('vocab'),
  };
}
