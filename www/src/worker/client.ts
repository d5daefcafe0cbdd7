import type { DeviceInfo } from '../wasm/stillroom.js';
import type { Driver, FromWorker, Request, ToWorker } from './messages';
import { isSoftwareName } from './software';
import { Requests } from './requests';

const TICK_MS = 5_000;
const SILENCE = { opening: 180_000, gpu: 60_000, software: 900_000 };

/** Talks to one worker, and notices when it dies or falls silent. */
export class WorkerClient implements Driver {
  private readonly worker: Worker;
  private readonly requests = new Requests();
  private readonly watch: ReturnType<typeof setInterval>;
  private device: DeviceInfo | undefined;
  private expecting = false;
  private running = false;
  private silence = 0;
  private closed = false;

  /** `onLost` is called once, with a sentence, after which the worker is gone; `silent` if it only stopped answering. */
  constructor(
    private readonly onEvents: (events: FromWorker[]) => void,
    private readonly onLost: (reason: string, silent: boolean) => void,
    because: string,
    plain: boolean,
    threads: number,
  ) {
    this.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = (message: MessageEvent<FromWorker[]>) => this.receive(message.data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.lose(event.message ? `The worker stopped: ${event.message.slice(0, 300)}` : 'The worker could not be loaded.');
    };
    this.worker.onmessageerror = () => this.lose('A message from the worker could not be read.');
    // Counts ticks, not time: a laptop that slept for an hour has not waited an hour for the worker.
    this.watch = setInterval(() => this.tick(), TICK_MS);
    this.send({ type: 'hello', base: document.baseURI, because, plain, threads });
  }

  send(command: ToWorker): void {
    if (this.closed) return;
    if (command.type === 'start') this.running = true;
    if (command.type === 'pause' || command.type === 'reset') this.running = false;
    if (command.type === 'open' || command.type === 'start' || command.type === 'step') this.expect();
    this.worker.postMessage(command);
  }

  request<T extends FromWorker['type']>(command: Request, answer: T): Promise<Extract<FromWorker, { type: T }>> {
    if (this.closed) return Promise.reject(new Error('The engine is no longer there.'));
    return this.requests.add(answer, (id) => this.send({ ...command, id } as ToWorker));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.watch);
    this.worker.terminate();
    this.requests.rejectAll('The engine was stopped before it could answer.');
  }

  private expect(): void {
    this.expecting = true;
    this.silence = 0;
  }

  private receive(events: FromWorker[]): void {
    if (this.closed) return;
    this.silence = 0;
    for (const event of events) {
      if (event.type === 'ready') this.device = event.device;
      if (event.type === 'finished' || event.type === 'failed') this.running = false;
      if (event.type === 'finished' || event.type === 'failed' || event.type === 'ready' || event.type === 'paused') {
        this.expecting = this.running;
      }
    }
    // Answers may come amid the rest: the promise is settled and the page need not see them twice.
    const rest = events.filter((event) => !this.requests.settle(event));
    const dead = rest.find((event) => event.type === 'failed' && event.fatal);
    const alive = rest.filter((event) => event !== dead);
    if (alive.length) this.onEvents(alive);
    if (dead?.type === 'failed') this.lose(dead.message);
  }

  private tick(): void {
    if (!this.expecting) return;
    this.silence += TICK_MS;
    if (this.silence < this.patience()) return;
    this.lose(this.device ? 'The GPU stopped answering.' : 'The engine did not start in time.', true);
  }

  /** How long the worker may say nothing. The CPU is only ever slow, never lost. */
  private patience(): number {
    if (!this.device) return SILENCE.opening;
    if (this.device.backend !== 'webgpu') return Infinity;
    return isSoftwareName(this.device.adapter) ? SILENCE.software : SILENCE.gpu;
  }

  private lose(reason: string, silent = false): void {
    if (this.closed) return;
    this.close();
    this.onLost(reason, silent);
  }
}
