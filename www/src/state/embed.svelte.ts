import { t } from '../i18n/i18n.svelte';
import { writePageAddress, type PageAddress } from './address';
import { readEmbedAddress } from './embed';
import type { Values } from './experiment';
import type { EmbedState, Result } from './host';
import type { Lab } from './lab.svelte';
import { neighbourLocks } from './neighbours';
import { Notices } from './notices.svelte';
import { References } from './references.svelte';
import { Turn } from './turn';

/**
 * The controller of a frame: one experiment, which computes only while it is wanted, in sight, and its turn among the frames
 * of the page. Nothing of the engine is loaded before its first turn.
 */
export class Embed {
  readonly address: PageAddress;
  readonly experiment;
  readonly notices = new Notices();
  readonly references = new References();
  /** What the form shows. */
  values = $state.raw<Values>({});
  theme = $state('auto');
  lab = $state.raw<Lab>();
  /** It was pressed, or was to start by itself; until it is paused or has ended. */
  wanted = $state(false);
  visible = $state(false);
  turn = $state<'none' | 'waiting' | 'mine'>('none');
  private loading = $state(false);
  private readonly turns = new Turn([navigator.locks, neighbourLocks(window as object, window.parent)]);

  readonly view = $derived(this.lab?.view);
  readonly failed = $derived(this.lab?.status === 'failed');
  readonly state: EmbedState = $derived.by(() => {
    if (this.failed) return 'failed';
    if (this.turn === 'waiting') return 'waiting';
    if (this.turn === 'mine') return 'running';
    if (this.view?.finished) return 'finished';
    return this.view?.started ? 'paused' : 'idle';
  });
  /** It has its turn and no use for it any more: the run has ended, or cannot go on. */
  readonly idle = $derived(this.turn === 'mine' && !this.loading && !!this.lab && !this.lab.starting && !this.view?.running);
  readonly labAddress = $derived.by(() => `./lab.html${writePageAddress(this.experiment, { ...this.address.page, theme: this.theme }, this.values)}`);

  constructor(search: string) {
    this.address = readEmbedAddress(search);
    this.experiment = this.address.experiment;
    this.values = this.address.values;
    this.theme = String(this.address.page['theme']);
    if (this.address.ignored.length) this.notices.add('info', () => t('notice.ignored', { list: readEmbedAddress(search).ignored.join('; ') }));
    this.wanted = this.address.more['start'] === 'visible';
  }

  start(): void {
    this.wanted = true;
    this.update();
  }

  pause(): void {
    this.wanted = false;
    this.update();
  }

  reset(): void {
    this.pause();
    this.lab?.reset();
  }

  see(visible: boolean): void {
    this.visible = visible;
    this.update();
  }

  change({ theme, ...values }: Values): void {
    if (theme !== undefined) this.theme = String(theme);
    if (!Object.keys(values).length) return;
    this.values = { ...this.values, ...values };
    this.lab?.change(values);
  }

  /** Called when the run is idle: whoever waits may go on. */
  settle(): void {
    this.wanted = false;
    this.update();
  }

  /** What a run that has ended came to. */
  result(): Result | undefined {
    const run = this.view?.run;
    if (!run) return undefined;
    const { experiment: _, ...settings } = run.plan.settings;
    const last = run.evaluations.at(-1);
    return {
      type: 'result',
      experiment: this.experiment.id,
      settings: settings as Values,
      backend: this.view?.source === 'live' ? run.device.backend : 'recorded',
      verdicts: run.verdicts.map(({ id, hypothesis, holds, finding }) => ({ id, hypothesis, holds: holds ?? null, finding })),
      students: (last?.members ?? []).map(({ arm, seed, figures }) => ({ arm, seed, figures: { ...(figures as Record<string, number | null>) } })),
    };
  }

  private update(): void {
    if (this.wanted && this.visible) {
      if (this.turn !== 'none') return;
      this.turn = 'waiting';
      this.turns.take(() => {
        this.turn = 'mine';
        void this.go();
      });
    } else if (this.turn !== 'none') {
      this.turn = 'none';
      this.lab?.pause();
      this.turns.give();
    }
  }

  private async go(): Promise<void> {
    // One at a time: it may have been paused and pressed again while the engine was on its way.
    if (this.loading) return;
    this.loading = true;
    try {
      this.lab ??= await this.open();
      if (this.turn !== 'mine') return;
      if (this.failed) this.lab.retry();
      this.lab.start();
    } catch {
      this.notices.add('error', () => t('notice.engine'));
      this.settle();
    } finally {
      this.loading = false;
    }
  }

  private async open(): Promise<Lab> {
    const { Lab } = await import('./lab.svelte');
    const lab = new Lab(this.notices);
    lab.begin(writePageAddress(this.experiment, this.address.page, this.values));
    return lab;
  }
}
