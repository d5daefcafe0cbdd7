import { t } from '../i18n/i18n.svelte';
import { SITE_ROWS, readAddress, writeAddress, writePageAddress } from './address';
import { defaultsOf, experimentOf, experiments, type Experiment, type SettingRow, type Values } from './experiment';
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

/** Settings that every experiment has, and that an address may change for all runs of the page. */
const COMMON = ['budget', 'steps', 'seed', 'items'];
const COMMON_ROWS: SettingRow[] = (experiments[0]?.settings ?? []).filter((row) => COMMON.includes(row.key));
export const STAGE_ROWS = [...SITE_ROWS, ...COMMON_ROWS];

/** Words of an address that this page does not know; the lab may. */
export interface Strangers {
  /** In the language of the interface, whichever that is by now. */
  readonly text: string;
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
  /** The run that was pressed while the engine's code is on its way. */
  loading = $state<string>();
  readonly address = $derived(writeAddress(this.page, STAGE_ROWS));
  /** The part of the address that holds on every page of the site. */
  readonly siteAddress = $derived(writeAddress(this.page, SITE_ROWS));
  readonly script = scriptOnDemand(async () => (await this.open(writeAddress(this.page, SITE_ROWS))).script);
  private kept = $state.raw<Record<string, RunView>>({});
  private opening: Promise<{ lab: Lab; script: Script }> | undefined;

  /** Reads the address. Called once, when the page is in the browser. */
  begin(search: string): void {
    const { values, ignored } = readAddress(search, STAGE_ROWS);
    this.page = values;
    if (!ignored.length) return;
    this.strangers = {
      get text() {
        return t('notice.ignoredHere', { list: readAddress(search, STAGE_ROWS).ignored.join('; ') });
      },
      lab: `./lab.html${search}`,
    };
  }

  experimentOf(run: StagedRun): Experiment {
    return experimentOf(run.experiment);
  }

  viewOf(run: StagedRun): RunView | undefined {
    return run.id === this.current ? this.lab?.view : this.kept[run.id];
  }

  /** What a run is made with: the defaults of its experiment, but for what it says itself, but for what the address says. */
  valuesOf({ experiment, settings }: StagedRun): Values {
    const changed = COMMON_ROWS.flatMap((row) => {
      const value = this.page[row.key];
      return value === undefined || value === row.default ? [] : [[row.key, value] as const];
    });
    return { ...defaultsOf(experimentOf(experiment).settings), ...settings, ...Object.fromEntries(changed) };
  }

  /** The lab with the same experiment and settings, on the same device. */
  labAddress(run: StagedRun): string {
    return `./lab.html${writePageAddress(experimentOf(run.experiment), this.page, this.valuesOf(run))}`;
  }

  /** Begins a run or goes on with it; one that is finished is made again with the next seed. */
  async start(run: StagedRun): Promise<void> {
    if (this.loading) return;
    const before = this.viewOf(run);
    if (this.lab && run.id === this.current && !before?.finished) return this.lab.start();
    this.keep();
    const values = this.valuesOf(run);
    if (before?.finished) values['seed'] = Number(before.plan?.settings.seed ?? 0) + 1;
    const experiment = experimentOf(run.experiment);
    const loaded = this.lab;
    this.loading = run.id;
    try {
      const { lab } = await this.open(writePageAddress(experiment, this.page, values));
      if (loaded) {
        lab.setAside();
        lab.choose(experiment, values);
      }
      this.current = run.id;
      lab.start();
    } catch {
      this.notices.add('error', () => t('notice.engine'));
    } finally {
      this.loading = undefined;
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
    if (!this.opening) {
      this.opening = this.load(address);
      // A failed download may be tried again.
      this.opening.catch(() => (this.opening = undefined));
    }
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
