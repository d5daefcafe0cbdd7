import { PAGE_ROWS, readAddress, writeAddress, writePageAddress } from './address';
import { defaultsOf, experimentOf, type Values } from './experiment';
import type { Lab } from './lab.svelte';
import { Notices } from './notices.svelte';
import { scriptOf, scriptOnDemand, type Script } from './script';
import type { RunView } from './view.svelte';

/** A run that figures of the explainer show: an experiment, and what differs from its defaults. */
export interface StagedRun {
  id: string;
  experiment: string;
  settings: Values;
}

/** What the explainer takes from its address. The experiment and its settings are the lab's. */
export const STAGE_ROWS = PAGE_ROWS.filter((row) => row.key !== 'experiment');

/** The words of an address that only the lab understands, or nobody does. */
export interface Strangers {
  text: string;
  /** The same address, in the lab. */
  lab: string;
}

/**
 * The explainer's controller: several figures, one device. Nothing of the engine is loaded before a figure is pressed or a
 * script asks. A run that another one takes the place of stays on screen as it was.
 */
export class Stage {
  page = $state.raw<Values>(defaultsOf(STAGE_ROWS));
  strangers = $state.raw<Strangers>();
  readonly notices = new Notices();
  lab = $state.raw<Lab>();
  /** The run that the device makes, or made last. */
  current = $state<string>();
  /** Pressed, and the engine's code is on its way. */
  loading = $state(false);
  private kept = $state.raw<Record<string, RunView>>({});
  private opening: Promise<{ lab: Lab; script: Script }> | undefined;

  readonly script = scriptOnDemand(async () => (await this.open(this.address)).script);

  /** The part of the address that holds on every page of the site. */
  readonly address = $derived(writeAddress(this.page, STAGE_ROWS));

  /** Reads the address. Called once, when the page is in the browser. */
  begin(search: string): void {
    const { values, ignored } = readAddress(search, STAGE_ROWS);
    this.page = values;
    if (ignored.length) this.strangers = { text: `Some of the address was ignored here: ${ignored.join('; ')}.`, lab: `./lab.html${search}` };
  }

  viewOf(run: StagedRun): RunView | undefined {
    return run.id === this.current ? this.lab?.view : this.kept[run.id];
  }

  /** What a run is made with: the defaults of its experiment, but for what it says itself. */
  valuesOf({ experiment, settings }: StagedRun): Values {
    return { ...defaultsOf(experimentOf(experiment).settings), ...settings };
  }

  /** The lab with the same settings, on the same device. */
  labAddress(run: StagedRun): string {
    return `./lab.html${writePageAddress(experimentOf(run.experiment), this.page, this.valuesOf(run))}`;
  }

  async start(run: StagedRun): Promise<void> {
    if (this.lab && run.id === this.current) return this.lab.start();
    if (this.loading) return;
    this.keep();
    this.current = run.id;
    const values = this.valuesOf(run);
    const experiment = experimentOf(run.experiment);
    try {
      this.loading = true;
      const fresh = !this.lab;
      const { lab } = await this.open(writePageAddress(experiment, this.page, values));
      if (!fresh) {
        lab.setAside();
        lab.choose(experiment, values);
      }
      lab.start();
    } catch {
      this.current = undefined;
      this.notices.add('error', 'The engine could not be loaded. Check the connection and press again.');
    } finally {
      this.loading = false;
    }
  }

  pause(): void {
    this.lab?.pause();
  }

  private keep(): void {
    const view = this.lab?.view;
    if (!this.current || !view?.started) return;
    view.running = false;
    this.kept = { ...this.kept, [this.current]: view };
  }

  private open(address: string): Promise<{ lab: Lab; script: Script }> {
    this.opening ??= this.load(address);
    // A failed download may be tried again.
    this.opening.catch(() => (this.opening = undefined));
    return this.opening;
  }

  private async load(address: string): Promise<{ lab: Lab; script: Script }> {
    const { Lab } = await import('./lab.svelte');
    const lab = new Lab(this.notices);
    lab.begin(address);
    this.lab = lab;
    return { lab, script: scriptOf(lab) };
  }
}
