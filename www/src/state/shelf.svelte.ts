import type { RunFile } from '../wasm/stillroom.js';
import type { Driver } from '../worker/messages';
import { experimentOf, type Experiment, type Values } from './experiment';
import { nameOf } from './settings';
import type { RunView } from './view.svelte';

/** A run that has ended, or was stopped, in this visit; or one from a file that was laid beside them. */
export interface KeptRun {
  /** Counts up over the visit. A run keeps its number. */
  readonly number: number;
  name: string;
  readonly run: RunFile;
  readonly source: 'here' | 'file';
  hidden: boolean;
}

/** Of one experiment more thin lines than these are no longer told apart; and a run is up to a few megabytes. */
export const MOST_RUNS = 5;
export const LONGEST_NAME = 60;

/** The last runs of this visit. They live in the page's memory only: nothing is stored, and they go when the page does. */
export class Shelf {
  runs = $state.raw<KeptRun[]>([]);
  /** What was taken away last, and can be put back. */
  removed = $state.raw<KeptRun>();
  /** What was pushed out by a newer run, for one sentence. */
  pushedOut = $state.raw<KeptRun>();
  /** The number of the run that the one on screen is compared with. */
  compared = $state<number>();
  /** A run of a file that is being made again on this device, and the settings that were taken from it. */
  original = $state.raw<{ name: string; run: RunFile; values: Values }>();
  private last = 0;

  /** Newest last. The same run is kept once only. */
  add(run: RunFile, source: KeptRun['source'], name = nameOf(experimentOf(run.experiment), run.plan.settings as Values)): KeptRun {
    const known = this.runs.find((one) => one.run === run);
    if (known) return known;
    const kept: KeptRun = { number: ++this.last, name: name.slice(0, LONGEST_NAME), run, source, hidden: false };
    this.put([...this.runs, kept]);
    return kept;
  }

  /** Keeps a run that is about to be given up, as far as it came. One that was never measured after its start has nothing to show. */
  async takeStopped(view: RunView, driver: Driver): Promise<void> {
    if (view.source !== 'live' || view.finished || !view.evaluations.some(({ step }) => step > 0)) return;
    try {
      // Asked before the device is told to forget it: a worker does one thing after the other.
      const { run } = await driver.request({ type: 'saveRun' }, 'runSaved');
      // It may have come to its end meanwhile, and is kept already.
      if (!view.run) this.add(run, 'here');
    } catch {
      // The device is gone, and the run with it; the page has said so already.
    }
  }

  /** The runs that can be laid over the charts of this one. */
  besides(experiment: Experiment, on: RunFile | undefined): KeptRun[] {
    return this.runs.filter(({ run }) => run.experiment === experiment.id && run !== on);
  }

  change(number: number, { name, hidden }: { name?: string; hidden?: boolean }): void {
    this.runs = this.runs.map((one) =>
      one.number === number ? { ...one, name: name?.trim().slice(0, LONGEST_NAME) || one.name, hidden: hidden ?? one.hidden } : one,
    );
  }

  remove(number: number): void {
    this.removed = this.runs.find((one) => one.number === number);
    this.pushedOut = undefined;
    this.runs = this.runs.filter((one) => one.number !== number);
    if (this.compared === number) this.compared = undefined;
  }

  undo(): void {
    const { removed } = this;
    if (!removed) return;
    this.removed = undefined;
    this.put([...this.runs, removed].sort((a, b) => a.number - b.number));
  }

  private put(runs: KeptRun[]): void {
    this.pushedOut = runs.length > MOST_RUNS ? runs[0] : undefined;
    this.runs = runs.slice(-MOST_RUNS);
    if (this.pushedOut?.number === this.compared) this.compared = undefined;
  }
}
