import type { RunFile } from '../wasm/stillroom.js';
import type { Driver, FromWorker, Request, ToWorker } from './messages';

const TICK_MS = 100;
/** However long the run took, playing it back takes this long. */
const LENGTH_MS = 16_000;

/** Plays a run made earlier as if it were happening: the same commands, the same events, nothing computed. */
export class Playback implements Driver {
  private step = 0;
  private shown = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly run: RunFile,
    private readonly onEvents: (events: FromWorker[]) => void,
  ) {}

  /** Announces the run; with `atEnd` all of it at once. */
  open(atEnd: boolean): void {
    this.onEvents([
      { type: 'ready', device: this.run.device },
      { type: 'prepared', plan: this.run.plan, teacher: this.run.teacher },
    ]);
    if (atEnd) this.moveTo(this.total());
  }

  send(command: ToWorker): void {
    if (command.type === 'start' && !this.timer && this.step < this.total()) {
      this.timer = setInterval(() => this.tick(), TICK_MS);
      this.moveTo(this.step);
    } else if (command.type === 'pause') {
      this.stop();
      this.onEvents([{ type: 'paused' }]);
    } else if (command.type === 'step') {
      this.stop();
      // One step of training shows nothing by itself: go to the next measurement.
      this.moveTo(this.run.evaluations[this.shown]?.step ?? this.total());
      this.onEvents([{ type: 'paused' }]);
    } else if (command.type === 'reset') {
      this.stop();
      this.step = 0;
      this.shown = 0;
      this.onEvents([{ type: 'prepared', plan: this.run.plan, teacher: this.run.teacher }]);
    }
  }

  request<T extends FromWorker['type']>(command: Request, answer: T): Promise<Extract<FromWorker, { type: T }>> {
    if (command.type === 'saveRun' && answer === 'runSaved') {
      const saved: FromWorker = { type: 'runSaved', id: 0, run: this.run };
      return Promise.resolve(saved as Extract<FromWorker, { type: T }>);
    }
    return Promise.reject(new Error('This is a recorded run: the models themselves are not here.'));
  }

  close(): void {
    this.stop();
  }

  /** The last step of the run; an unfinished one has fewer than planned. */
  private total(): number {
    const last = this.run.evaluations.at(-1)?.step ?? 0;
    return Math.max(1, last, this.run.losses.at(-1)?.step ?? 0);
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tick(): void {
    const stride = Math.max(1, Math.round((this.total() * TICK_MS) / LENGTH_MS));
    this.moveTo(Math.min(this.total(), this.step + stride));
  }

  private moveTo(step: number): void {
    this.step = step;
    const events: FromWorker[] = [{ type: 'progress', phase: 'training', done: step, total: this.total() }];
    const loss = this.run.losses.findLast((point) => point.step <= step);
    if (loss) events.push({ type: 'trained', step, loss: loss.loss, learningRate: 0 });
    for (let next = this.run.evaluations[this.shown]; next && next.step <= step; ) {
      events.push({ type: 'evaluated', evaluation: next });
      next = this.run.evaluations[++this.shown];
    }
    const left = (this.total() - step) / this.total();
    const perSecond = this.run.seconds > 0 ? this.total() / this.run.seconds : 0;
    const tokens = perSecond * this.run.plan.tokensPerStep * this.run.plan.members.length;
    events.push({ type: 'speed', stepsPerSecond: perSecond, tokensPerSecond: tokens, secondsLeft: (left * LENGTH_MS) / 1000 });
    if (step >= this.total()) {
      this.stop();
      events.push({ type: 'samples', step, rows: this.run.samples });
      events.push({ type: 'progress', phase: 'finished', done: step, total: this.total() });
      events.push({ type: 'finished', run: this.run });
    }
    this.onEvents(events);
  }
}
