import type { DeviceInfo, Evaluation, Phase, Plan, RunFile, SampleRow, TeacherInfo } from '../wasm/stillroom.js';
import type { FromWorker } from '../worker/messages';
import type { Experiment } from './experiment';

/** `opened` is a run file of the visitor's, `recorded` the one that ships with the page. */
export type Source = 'live' | 'recorded' | 'opened';

export interface Speed {
  stepsPerSecond: number;
  tokensPerSecond: number;
  secondsLeft: number;
}

/** What is on screen of one run. Written only by `apply`, from the events of its driver. */
export class RunView {
  device = $state.raw<DeviceInfo>();
  teacher = $state.raw<TeacherInfo>();
  plan = $state.raw<Plan>();
  phase = $state<Phase>();
  done = $state(0);
  total = $state(0);
  step = $state(0);
  losses = $state.raw<(number | null | undefined)[]>([]);
  speed = $state.raw<Speed>();
  evaluations = $state.raw<Evaluation[]>([]);
  samples = $state.raw<SampleRow[]>([]);
  /** Steps whose students can be looked into. */
  kept = $state.raw<number[]>([]);
  keptBytes = $state(0);
  /** The file of the run, once it is finished. */
  run = $state.raw<RunFile>();
  running = $state(false);

  readonly started = $derived(this.step > 0 || this.phase !== undefined);
  readonly finished = $derived(this.run !== undefined);
  readonly arms = $derived([...new Set(this.plan?.members.map((member) => member.arm))]);
  readonly seeds = $derived(new Set(this.plan?.members.map((member) => member.seed)).size);

  constructor(
    readonly source: Source,
    readonly title: string,
    readonly experiment: Experiment,
  ) {}

  apply(event: FromWorker): void {
    switch (event.type) {
      case 'ready':
        this.device = event.device;
        break;
      case 'prepared':
        this.clear();
        this.plan = event.plan;
        this.teacher = event.teacher;
        break;
      case 'progress':
        this.phase = event.phase;
        this.done = event.done;
        this.total = event.total;
        break;
      case 'trained':
        this.step = event.step;
        this.losses = event.loss;
        break;
      case 'evaluated':
        this.evaluations = [...this.evaluations, event.evaluation];
        break;
      case 'samples':
        this.samples = event.rows;
        break;
      case 'kept':
        this.kept = event.steps;
        this.keptBytes = event.bytes;
        break;
      case 'speed':
        this.speed = event;
        break;
      case 'paused':
        this.running = false;
        break;
      case 'finished':
        this.running = false;
        this.run = event.run;
        this.phase = 'finished';
        break;
      case 'failed':
        this.running = false;
        break;
    }
  }

  private clear(): void {
    this.phase = undefined;
    this.done = this.total = this.step = 0;
    this.losses = [];
    this.speed = undefined;
    this.evaluations = [];
    this.samples = [];
    this.kept = [];
    this.keptBytes = 0;
    this.run = undefined;
    this.running = false;
  }
}
