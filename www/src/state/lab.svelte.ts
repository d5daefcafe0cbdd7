import type { Answer, Backend, Agreement, BenchmarkOptions, BenchmarkResult, Profile, RunFile, Settings, TeacherName } from '../wasm/stillroom.js';
import { WorkerClient } from '../worker/client';
import type { Driver, FromWorker, Request } from '../worker/messages';
import { Playback } from '../worker/playback';
import { PAGE_ROWS, readAddress, writeAddress } from './address';
import { sameValue } from './check';
import { defaultsOf, experimentOf, type Values } from './experiment';
import { openRunFile, readRunFile } from './runfile';
import { RunView } from './view.svelte';

export interface Notice {
  id: number;
  kind: 'info' | 'error';
  text: string;
}

interface Bench {
  view: RunView;
  driver: Driver;
}

const ASKED = 'You asked for it.';

interface Awaited {
  resolve(run: RunFile): void;
  reject(error: Error): void;
}

/**
 * The page's one controller: which device, which settings, which run is on screen.
 * `base` is the device's own run (or the recorded one where nothing can be computed); a file that the visitor opens lies
 * on top of it until it is put away.
 */
export class Lab {
  experiment = $state.raw(experimentOf(undefined));
  /** What the form shows. A run uses them from its next start. */
  values = $state.raw<Values>(defaultsOf(this.experiment.settings));
  /** What the address says beside the settings: experiment, backend, theme. */
  page = $state.raw<Values>(defaultsOf(PAGE_ROWS));
  status = $state<'opening' | 'ready' | 'failed'>('opening');
  /** While a GPU is opened: how many of its kernels are compiled. */
  compiled = $state<{ done: number; total: number } | undefined>();
  failure = $state('');
  /** Why a recorded run is played instead of a live one. */
  recordedBecause = $state('');
  notices = $state.raw<Notice[]>([]);
  private base = $state.raw<Bench>();
  private opened = $state.raw<Bench>();
  /** The visitor pressed Start before the engine was there, or with settings that must be prepared first. */
  starting = $state(false);

  readonly view = $derived((this.opened ?? this.base)?.view);
  readonly device = $derived(this.base?.view.device);
  readonly canCompute = $derived(this.status === 'ready' && this.base?.view.source === 'live');
  readonly rows = $derived(this.experiment.settings);
  readonly address = $derived(writeAddress({ ...this.page, ...this.values }, [...PAGE_ROWS, ...this.rows]));
  /** Whether the form differs from what the run on screen was prepared with. */
  readonly stale = $derived.by(() => {
    const settings = this.base?.view.plan?.settings as Values | undefined;
    return !this.opened && !!settings && this.rows.some((row) => !sameValue(settings[row.key] ?? row.default, this.values[row.key]));
  });

  private awaited: Awaited | undefined;
  private nextNotice = 1;
  private readyPromise: Promise<void>;
  private becameReady!: () => void;
  private becameFailed!: (error: Error) => void;

  constructor() {
    this.readyPromise = this.newReady();
  }

  /** Reads the address and opens a device. Called once, when the page is in the browser. */
  begin(search: string): void {
    const first = readAddress(search, [...PAGE_ROWS, ...this.rows]);
    this.experiment = experimentOf(String(first.values['experiment']));
    const read = readAddress(search, [...PAGE_ROWS, ...this.rows]);
    const pick = (keys: string[]): Values => Object.fromEntries(keys.map((key) => [key, read.values[key] ?? '']));
    this.page = pick(PAGE_ROWS.map((row) => row.key));
    this.values = pick(this.rows.map((row) => row.key));
    if (read.ignored.length) this.notify('info', `Some of the address was ignored: ${read.ignored.join('; ')}.`);
    this.open(this.wanted());
  }

  ready(): Promise<void> {
    return this.readyPromise;
  }

  notify(kind: Notice['kind'], text: string): void {
    this.notices = [...this.notices.filter((notice) => notice.text !== text), { id: this.nextNotice++, kind, text }].slice(-4);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  /** Changes settings. Before a run has begun they are used at once, later at the next start. */
  change(values: Values): void {
    this.values = { ...this.values, ...values };
    const view = this.base?.view;
    if (this.canCompute && view && !view.started) this.prepare();
  }

  // ---- the four buttons

  start(): void {
    const bench = this.opened ?? this.base;
    if (!bench?.view.plan || this.status !== 'ready') {
      this.starting = this.status !== 'failed';
    } else if (bench.view.finished || (this.stale && bench === this.base && bench.view.source === 'live')) {
      this.starting = true;
      if (bench.view.source === 'live') this.prepare();
      else bench.driver.send({ type: 'reset' });
    } else {
      bench.view.running = true;
      bench.driver.send({ type: 'start' });
    }
  }

  pause(): void {
    this.starting = false;
    const bench = this.opened ?? this.base;
    if (bench) bench.view.running = false;
    bench?.driver.send({ type: 'pause' });
  }

  step(): void {
    (this.opened ?? this.base)?.driver.send({ type: 'step' });
  }

  reset(): void {
    this.starting = false;
    this.replaceAwaited();
    if (this.canCompute && !this.opened && this.stale) this.prepare();
    else (this.opened ?? this.base)?.driver.send({ type: 'reset' });
  }

  // ---- files

  /** Shows a run file. A file that is refused changes nothing. */
  async openFile(file: File): Promise<void> {
    try {
      const run = await openRunFile(file);
      if (this.base?.view.running) this.base.driver.send({ type: 'pause' });
      this.opened?.driver.close();
      this.opened = this.playback(run, 'opened', file.name, true);
    } catch (error) {
      this.notify('error', error instanceof Error ? error.message : 'This file could not be read.');
    }
  }

  closeFile(): void {
    this.opened?.driver.close();
    this.opened = undefined;
  }

  // ---- scripting

  /** Runs with these settings on this device and gives the run file. Options have been checked. */
  async run(values: Values, backend: Backend | undefined): Promise<RunFile> {
    this.closeFile();
    if (backend && backend !== this.base?.view.device?.backend && !(backend === 'recorded' && this.base?.view.source === 'recorded')) {
      this.open(backend);
    }
    await this.ready();
    this.replaceAwaited();
    this.values = { ...this.values, ...values };
    const finished = new Promise<RunFile>((resolve, reject) => (this.awaited = { resolve, reject }));
    this.starting = true;
    if (this.base?.view.source === 'live') this.prepare();
    else this.base?.driver.send({ type: 'reset' });
    return finished;
  }

  async ask(prompt: string): Promise<Answer> {
    return (await this.request({ type: 'ask', prompt }, 'answered')).answer;
  }

  async runSoFar(): Promise<RunFile> {
    const bench = this.opened ?? this.base;
    if (!bench) throw new Error('There is no run yet.');
    return (await bench.driver.request({ type: 'saveRun' }, 'runSaved')).run;
  }

  async student(member: number): Promise<{ fileName: string; zip: Uint8Array }> {
    return this.request({ type: 'saveStudent', member }, 'student');
  }

  async agreement(steps: number): Promise<Agreement> {
    return (await this.request({ type: 'agreement', steps }, 'agreed')).agreement;
  }

  async benchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
    return (await this.request({ type: 'benchmark', options }, 'benchmarked')).result;
  }

  async profile(options: BenchmarkOptions): Promise<Profile> {
    return (await this.request({ type: 'profile', options }, 'profiled')).profile;
  }

  private request<T extends FromWorker['type']>(command: Request, answer: T): Promise<Extract<FromWorker, { type: T }>> {
    if (!this.base || !this.canCompute) return Promise.reject(new Error('Nothing can be computed on this device.'));
    return this.base.driver.request(command, answer);
  }

  // ---- devices

  private wanted(): Backend | undefined {
    const name = this.page['backend'];
    return name === 'auto' ? undefined : (name as Backend);
  }

  private newReady(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.becameReady = resolve;
      this.becameFailed = reject;
    });
    // Nobody may be waiting.
    promise.catch(() => undefined);
    return promise;
  }

  private open(wanted: Backend | undefined, because = ASKED): void {
    this.base?.driver.close();
    this.base = undefined;
    if (this.status !== 'opening') this.readyPromise = this.newReady();
    this.status = 'opening';
    if (wanted === 'recorded') void this.openRecorded(because);
    else if (typeof Worker !== 'function') void this.openRecorded('This browser has no web workers.');
    else if (typeof WebAssembly !== 'object') void this.openRecorded('This browser has no WebAssembly.');
    else this.openWorker(wanted, because);
  }

  private openWorker(wanted: Backend | undefined, because: string): void {
    const view = new RunView('live', 'Live run');
    try {
      const driver: WorkerClient = new WorkerClient(
        (events) => this.receive(driver, view, events),
        (reason, silent) => this.lost(view, reason, silent),
        because,
        this.page['engine'] === 'plain',
        Number(this.page['threads']),
      );
      this.base = { view, driver };
      driver.send({ type: 'open', backend: wanted ?? null, teacher: (this.values['teacher'] ?? 'main') as TeacherName });
    } catch {
      void this.openRecorded('The worker that computes could not be started.');
    }
  }

  /** The worker is gone. Where the GPU may be to blame, the processor takes over; else the recorded run does. */
  private lost(view: RunView, reason: string, silent: boolean): void {
    if (this.base?.view !== view) return;
    const gpu = view.device ? view.device.backend === 'webgpu' : silent;
    const again = view.running || this.starting;
    if (gpu) {
      this.notify('error', `${reason} ${again ? 'The run starts again on the processor.' : 'The processor takes over.'}`);
      this.base = undefined;
      this.open('cpu', reason);
      this.starting = again;
    } else {
      if (view.started) this.notify('error', `${reason} The run is lost.`);
      this.awaited?.reject(new Error(reason));
      this.awaited = undefined;
      this.starting = false;
      void this.openRecorded(reason);
    }
  }

  private async openRecorded(reason: string): Promise<void> {
    this.status = 'opening';
    this.recordedBecause = reason;
    try {
      const answer = await fetch(new URL(`recorded/${this.experiment.id}.json`, document.baseURI)).catch(() => undefined);
      if (!answer?.ok) throw new Error('The recorded run could not be loaded, either.');
      this.base = this.playback(readRunFile(await answer.text()), 'recorded', 'Recorded run', false);
      this.settle(true);
    } catch (error) {
      this.failure = `${reason} ${error instanceof Error ? error.message : 'The recorded run could not be loaded.'}`;
      this.settle(false);
    }
  }

  retry(): void {
    this.failure = '';
    this.open(this.wanted());
  }

  private playback(run: RunFile, source: 'recorded' | 'opened', title: string, atEnd: boolean): Bench {
    const view = new RunView(source, title);
    const driver: Playback = new Playback(run, (events) => this.receive(driver, view, events));
    driver.open(atEnd);
    return { view, driver };
  }

  private settle(works: boolean): void {
    this.compiled = undefined;
    this.status = works ? 'ready' : 'failed';
    if (works) this.becameReady();
    else this.becameFailed(new Error(this.failure));
    if (!works) this.starting = false;
    if (works && this.starting && this.base?.view.source === 'recorded') this.start();
  }

  private prepare(): void {
    this.base?.driver.send({ type: 'prepare', settings: this.values as Settings });
  }

  private replaceAwaited(): void {
    this.awaited?.reject(new Error('The run was stopped before it finished.'));
    this.awaited = undefined;
  }

  // ---- events

  private receive(driver: Driver, view: RunView, events: FromWorker[]): void {
    for (const event of events) {
      view.apply(event);
      if (event.type === 'ready' && view.source === 'live' && this.status === 'opening') {
        this.recordedBecause = '';
        this.prepare();
      } else if (event.type === 'prepared') {
        if (view.source === 'live' && this.status === 'opening') this.settle(true);
        if (this.starting && this.status === 'ready') {
          this.starting = false;
          view.running = true;
          driver.send({ type: 'start' });
        }
      } else if (event.type === 'finished' && view.source !== 'opened') {
        if (event.run.stopped) this.notify('error', event.run.stopped);
        this.awaited?.resolve(event.run);
        this.awaited = undefined;
      } else if (event.type === 'failed') {
        this.failed(event.message);
      } else if (event.type === 'compiled') {
        this.compiled = { done: event.done, total: event.total };
      } else if (event.type === 'mark') {
        void this.mark(driver, event.name);
      }
    }
  }

  private failed(message: string): void {
    this.starting = false;
    this.notify('error', message);
    this.awaited?.reject(new Error(message));
    this.awaited = undefined;
    // The device is open, only the settings were refused.
    if (this.status === 'opening') this.settle(true);
  }

  /** A benchmark's driver outside the page reads its counters now; training waits for it. */
  private async mark(driver: Driver, name: string): Promise<void> {
    const hook = (globalThis as { __mark?: (name: string) => unknown }).__mark;
    try {
      await hook?.(name);
    } finally {
      driver.send({ type: 'markTaken' });
    }
  }
}
