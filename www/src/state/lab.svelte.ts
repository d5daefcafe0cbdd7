import { t } from '../i18n/i18n.svelte';
import { keepUsed } from '../offline/page';
import type { Backend, RunFile, Settings } from '../wasm/stillroom.js';
import { WorkerClient } from '../worker/client';
import type { Driver, FromWorker, Request } from '../worker/messages';
import { Playback } from '../worker/playback';
import { PAGE_ROWS, SITE_ROWS, readPageAddress, writeAddress, writePageAddress } from './address';
import { check } from './check';
import { defaultsOf, experimentOf, sameValue, type Experiment, type Values } from './experiment';
import { Notices, type Notice } from './notices.svelte';
import { Readiness } from './readiness';
import { recordedRun } from './recorded';
import { References } from './references.svelte';
import { openRunFile } from './runfile';
import { Shelf } from './shelf.svelte';
import { RunView } from './view.svelte';

interface Bench {
  view: RunView;
  driver: Driver;
}

const ASKED = 'You asked for it.';

interface Awaited {
  resolve(run: RunFile): void;
  reject(error: Error): void;
}

/** What an experiment keeps of the settings of the one before it. */
const KEPT = ['seed'];
/** Events of a run, which say nothing to a view whose own run has not been prepared. */
const OF_A_RUN: FromWorker['type'][] = ['progress', 'trained', 'evaluated', 'samples', 'kept', 'speed', 'paused', 'finished'];

/**
 * The page's one controller: which device, which experiment and settings, which run is on screen.
 * `base` is the device's own run (or the recorded one where nothing can be computed); a file that the visitor opens lies
 * on top of it until it is put away. Where the device's run is of another experiment than the page shows, `waiting` stands in
 * its place: that run is only given up when another is started.
 */
export class Lab {
  experiment = $state.raw(experimentOf(undefined));
  /** What the form shows. A run uses them from its next start. */
  values = $state.raw<Values>(defaultsOf(this.experiment.settings));
  /** What the address says beside the settings: backend, threads, theme. */
  page = $state.raw<Values>(defaultsOf(PAGE_ROWS));
  status = $state<'opening' | 'ready' | 'failed'>('opening');
  /** While a GPU is opened: how many of its kernels are compiled. */
  compiled = $state<{ done: number; total: number } | undefined>();
  failure = $state('');
  /** Why a recorded run is played instead of a live one. */
  recordedBecause = $state('');
  readonly references = new References();
  readonly shelf = new Shelf();
  private base = $state.raw<Bench>();
  private opened = $state.raw<Bench>();
  private waiting = $state.raw<RunView>();
  /** The visitor pressed Start before the engine was there, or with settings that must be prepared first. */
  starting = $state(false);

  readonly view = $derived(this.opened?.view ?? this.waiting ?? this.base?.view);
  readonly device = $derived(this.base?.view.device);
  readonly canCompute = $derived(this.status === 'ready' && this.base?.view.source === 'live');
  /** Whether the device holds the students that the page shows, or would. */
  readonly canAsk = $derived(this.canCompute && !this.waiting && !!this.base?.view.plan);
  /** The device's run, if it is of another experiment than the page shows. */
  readonly elsewhere = $derived(this.waiting && !this.opened ? this.base?.view : undefined);
  readonly rows = $derived(this.experiment.settings);
  readonly address = $derived(writePageAddress(this.experiment, this.page, this.values));
  /** The part of the address that holds on every page of the site. */
  readonly siteAddress = $derived(writeAddress(this.page, SITE_ROWS));
  /** Whether the form differs from what the run on screen was prepared with. */
  readonly stale = $derived.by(() => {
    const settings = this.waiting ? undefined : (this.base?.view.plan?.settings as Values | undefined);
    return !this.opened && !!settings && this.rows.some((row) => !sameValue(settings[row.key] ?? row.default, this.values[row.key]));
  });

  constructor(readonly notices = new Notices()) {}

  private readonly remembered = new Map<string, Values>();
  private awaited: Awaited | undefined;
  private readonly readiness = new Readiness();

  /** Reads the address and opens a device. Called once, when the page is in the browser. */
  begin(search: string): void {
    const address = readPageAddress(search);
    this.experiment = address.experiment;
    this.page = address.page;
    this.values = address.values;
    if (address.ignored.length) this.notify('info', () => t('notice.ignored', { list: readPageAddress(search).ignored.join('; ') }));
    this.open(this.wanted());
  }

  ready(): Promise<void> {
    return this.readiness.wait();
  }

  notify(kind: Notice['kind'], text: Notice['text']): void {
    this.notices.add(kind, text);
  }

  // ---- experiment and settings

  /** What an experiment's form would show: as it was left, or its defaults; some of it is kept from here. */
  valuesFor(experiment: Experiment): Values {
    const kept = experiment.settings.flatMap((row) => {
      const value = KEPT.includes(row.key) ? check(row, this.values[row.key]) : undefined;
      return value && 'value' in value ? [[row.key, value.value] as const] : [];
    });
    return { ...(this.remembered.get(experiment.id) ?? defaultsOf(experiment.settings)), ...Object.fromEntries(kept) };
  }

  addressOf(experiment: Experiment): string {
    return experiment === this.experiment ? this.address : writePageAddress(experiment, this.page, this.valuesFor(experiment));
  }

  /** Shows another experiment. A run that has begun goes on and stays until another is started. */
  choose(experiment: Experiment, values = this.valuesFor(experiment)): void {
    if (experiment === this.experiment) return this.change(values);
    this.show(experiment, values);
    if (this.opened && this.opened.view.experiment !== experiment) this.closeFile();
    const view = this.base?.view;
    this.waiting = undefined;
    if (!view) {
      if (this.status === 'failed') this.retry();
    } else if (view.source === 'recorded') {
      void this.openRecorded(this.recordedBecause);
    } else if (view.started) {
      if (view.experiment !== experiment) this.waiting = this.freshView();
    } else {
      this.starting = false;
      this.replaceAwaited();
      if (this.status === 'ready') this.prepare();
    }
  }

  /** The visitor went back or forward: the address has changed by itself. */
  follow(search: string): void {
    const { experiment, page, values } = readPageAddress(search);
    this.page = page;
    this.choose(experiment, values);
  }

  /** Changes settings. Before a run has begun they are used at once, later at the next start. */
  change(values: Values): void {
    this.values = { ...this.values, ...values };
    const view = this.base?.view;
    if (this.canCompute && view && !view.started) this.prepare();
  }

  /** Leaves the view of a run that has begun to whoever holds it: the next run gets a new one. */
  setAside(): void {
    const view = this.base?.view;
    if (!view?.started || view.source !== 'live') return;
    view.running = false;
    this.replaceAwaited();
    this.waiting = this.freshView();
  }

  private show(experiment: Experiment, values: Values): void {
    this.remembered.set(this.experiment.id, this.values);
    this.experiment = experiment;
    this.values = values;
  }

  // ---- the buttons

  start(): void {
    const bench = this.opened ?? this.base;
    if (!bench || this.status !== 'ready') {
      this.starting = this.status !== 'failed';
    } else if (bench.view.source === 'live' && (this.waiting || !bench.view.plan || bench.view.finished || this.stale)) {
      if (this.waiting) this.replaceAwaited();
      this.starting = true;
      this.prepare();
    } else if (bench.view.finished) {
      this.starting = true;
      bench.driver.send({ type: 'reset' });
    } else {
      this.starting = false;
      bench.view.running = true;
      bench.driver.send({ type: 'start' });
    }
  }

  /** From the beginning with these settings, on this device. What lies on top of it is put away. */
  again(values: Values): void {
    if (this.status === 'failed' || (this.status === 'ready' && !this.canCompute)) return;
    this.closeFile();
    this.values = { ...this.values, ...values };
    this.replaceAwaited();
    this.starting = true;
    if (this.canCompute) this.prepare();
  }

  /** The same once more, with so many seeds side by side. */
  repeat(seeds: number): void {
    this.values = { ...this.values, seeds };
    this.start();
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
    if (this.canCompute && !this.opened && this.stale) return this.prepare();
    if (this.base && !this.opened) void this.shelf.takeStopped(this.base.view, this.base.driver);
    (this.opened ?? this.base)?.driver.send({ type: 'reset' });
  }

  // ---- files

  /** Shows a run file, with the words of its experiment. A file that is refused changes nothing. */
  async openFile(file: File): Promise<void> {
    try {
      const run = await openRunFile(file);
      if (this.base?.view.running) {
        this.base.view.running = false;
        this.base.driver.send({ type: 'pause' });
      }
      const experiment = experimentOf(run.experiment);
      if (experiment !== this.experiment) this.choose(experiment);
      this.opened?.driver.close();
      this.playback(run, 'opened', file.name, (bench) => (this.opened = bench));
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
  async run(experiment: Experiment, values: Values, backend: Backend | undefined): Promise<RunFile> {
    this.closeFile();
    this.waiting = undefined;
    if (experiment !== this.experiment) this.show(experiment, values);
    const base = this.base?.view;
    if (backend && backend !== (base?.source === 'recorded' ? 'recorded' : base?.device?.backend)) this.open(backend);
    else if (base?.source === 'recorded' && base.experiment !== experiment) await this.openRecorded(this.recordedBecause);
    await this.ready();
    this.replaceAwaited();
    this.values = { ...this.values, ...values };
    const finished = new Promise<RunFile>((resolve, reject) => (this.awaited = { resolve, reject }));
    this.starting = true;
    if (this.base?.view.source === 'live') this.prepare();
    else this.base?.driver.send({ type: 'reset' });
    return finished;
  }

  async runSoFar(): Promise<RunFile> {
    const bench = this.opened ?? this.base;
    if (!bench) throw new Error('There is no run yet.');
    return (await bench.driver.request({ type: 'saveRun' }, 'runSaved')).run;
  }

  /** One question to the engine on this device, and its answer. Rejects with a sentence. */
  request<T extends FromWorker['type']>(command: Request, answer: T): Promise<Extract<FromWorker, { type: T }>> {
    if (!this.base || !this.canCompute) return Promise.reject(new Error('Nothing can be computed on this device.'));
    return this.base.driver.request(command, answer);
  }

  // ---- devices

  private wanted(): Backend | undefined {
    const name = this.page['backend'];
    return name === 'auto' ? undefined : (name as Backend);
  }

  private open(wanted: Backend | undefined, because = ASKED): void {
    this.base?.driver.close();
    this.base = undefined;
    this.waiting = undefined;
    if (this.status !== 'opening') this.readiness.renew();
    this.status = 'opening';
    if (wanted === 'recorded') void this.openRecorded(because);
    else if (typeof Worker !== 'function') void this.openRecorded('This browser has no web workers.');
    else if (typeof WebAssembly !== 'object') void this.openRecorded('This browser has no WebAssembly.');
    else this.openWorker(wanted, because);
  }

  private openWorker(wanted: Backend | undefined, because: string): void {
    try {
      const driver: WorkerClient = new WorkerClient(
        (events) => this.receive(driver, events),
        (reason, silent) => this.lost(driver, reason, silent),
        because,
        this.page['engine'] === 'plain',
        Number(this.page['threads']),
      );
      this.base = { view: this.freshView(), driver };
      driver.send({ type: 'open', backend: wanted ?? null });
    } catch {
      void this.openRecorded('The worker that computes could not be started.');
    }
  }

  private freshView(): RunView {
    const view = new RunView('live', 'Live run', this.experiment);
    view.device = this.base?.view.device;
    return view;
  }

  /** The worker is gone. Where the GPU may be to blame, the processor takes over; else the recorded run does. */
  private lost(driver: Driver, reason: string, silent: boolean): void {
    const view = this.base?.view;
    if (!view || this.base?.driver !== driver) return;
    const gpu = view.device ? view.device.backend === 'webgpu' : silent;
    // A run of an experiment that is not shown is not started anew.
    const again = !this.waiting && (view.running || this.starting);
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
    if (this.status !== 'opening') this.readiness.renew();
    this.status = 'opening';
    this.recordedBecause = reason;
    this.base?.driver.close();
    this.base = undefined;
    this.waiting = undefined;
    const experiment = this.experiment;
    try {
      const run = await recordedRun(experiment.id);
      // The visitor may have gone on to another one meanwhile.
      if (experiment !== this.experiment || this.base) return;
      this.playback(run, 'recorded', 'Recorded run', (bench) => (this.base = bench));
      this.settle(true);
    } catch (error) {
      if (experiment !== this.experiment) return;
      this.failure = `${reason} ${error instanceof Error ? error.message : 'The recorded run could not be loaded.'}`;
      this.settle(false);
    }
  }

  retry(): void {
    this.failure = '';
    this.open(this.wanted());
  }

  /** An opened run is shown whole, a recorded one from its beginning. */
  private playback(run: RunFile, source: 'recorded' | 'opened', title: string, place: (bench: Bench) => void): void {
    const view = new RunView(source, title, experimentOf(run.experiment));
    const driver: Playback = new Playback(run, (events) => this.receive(driver, events));
    place({ view, driver });
    driver.open(source === 'opened');
  }

  private settle(works: boolean): void {
    this.compiled = undefined;
    this.status = works ? 'ready' : 'failed';
    if (works) this.readiness.succeed();
    else this.readiness.fail(this.failure);
    if (!works) this.starting = false;
    if (works && this.starting && this.base?.view.source === 'recorded') this.start();
  }

  /** Has the device make ready for the experiment and settings on screen; what it had is gone. */
  private prepare(): void {
    if (!this.base) return;
    void this.shelf.takeStopped(this.base.view, this.base.driver);
    if (this.waiting || this.base.view.experiment !== this.experiment) this.base = { ...this.base, view: this.freshView() };
    this.waiting = undefined;
    this.base.driver.send({ type: 'prepare', settings: { ...this.values, experiment: this.experiment.id } as Settings });
  }

  private replaceAwaited(): void {
    this.awaited?.reject(new Error('The run was stopped before it finished.'));
    this.awaited = undefined;
  }

  // ---- events

  private receive(driver: Driver, events: FromWorker[]): void {
    for (const event of events) {
      const view = [this.base, this.opened].find((bench) => bench?.driver === driver)?.view;
      if (event.type === 'used') keepUsed(event.urls);
      if (!view || isOvertaken(view, event)) continue;
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
        if (view.source === 'live') this.shelf.add(event.run, 'here');
        if (event.run.stopped) this.notify('error', event.run.stopped);
        this.awaited?.resolve(event.run);
        this.awaited = undefined;
      } else if (event.type === 'failed') {
        this.failed(event.message);
      } else if (event.type === 'compiled') {
        this.compiled = { done: event.done, total: event.total };
      } else if (event.type === 'mark') {
        void mark(driver, event.name);
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
}

/** Whether an event is of a run that another experiment has taken the place of. */
function isOvertaken(view: RunView, event: FromWorker): boolean {
  if (view.source !== 'live') return false;
  if (event.type === 'prepared') return event.plan.settings.experiment !== view.experiment.id;
  return !view.plan && OF_A_RUN.includes(event.type);
}

/** A benchmark's driver outside the page reads its counters now; training waits for it. */
async function mark(driver: Driver, name: string): Promise<void> {
  const hook = (globalThis as { __mark?: (name: string) => unknown }).__mark;
  try {
    await hook?.(name);
  } finally {
    driver.send({ type: 'markTaken' });
  }
}
