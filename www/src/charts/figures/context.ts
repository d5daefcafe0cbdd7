import type { Evaluation, Settings } from '../../wasm/stillroom.js';
import { differences, type Bands } from '../../state/bands';
import { isShare, metricOf, type Experiment, type PanelText, type Values } from '../../state/experiment';
import { measure } from '../../state/series';
import type { RunView } from '../../state/view.svelte';
import { decimals, percent } from '../../state/words';
import type { Cell } from '../csv';
import { styleOf, type ArmStyle } from '../palette';
import type { LegendEntry } from './figure';

/** What guessing a fact gives: one of 24 names. */
const CHANCE = 1 / 24;

/** A run, or what is known before there is one, as the figures look at it. */
export class Context {
  readonly arms: string[];
  readonly steps: number;
  readonly evaluations: Evaluation[];
  readonly latest: Evaluation | undefined;
  /** Of the same settings; nothing where the reference is of others. */
  readonly reference: Bands | undefined;
  private readonly labels: Record<string, string>;

  constructor(
    readonly experiment: Experiment,
    readonly view: RunView | undefined,
    values: Values,
    bands: Bands | undefined,
  ) {
    const settings = settingsOf(view, values);
    const known = experiment.arms.map((arm) => arm.id);
    this.arms = known.filter((arm) => (view?.plan ? view.arms : (settings.arms ?? [])).includes(arm));
    this.steps = Number(settings.steps ?? view?.plan?.schedule.at(-1) ?? 1);
    this.evaluations = view?.evaluations ?? [];
    this.latest = this.evaluations.at(-1);
    this.reference = bands && !differences(bands, settings).length ? bands : undefined;
    this.labels = Object.fromEntries(experiment.arms.map((arm) => [arm.id, arm.short]));
  }

  label(arm: string): string {
    return this.labels[arm] ?? arm;
  }

  style(arm: string): ArmStyle {
    return styleOf(this.experiment, arm);
  }

  legend(): LegendEntry[] {
    return this.arms.map((arm) => ({ id: arm, label: this.label(arm), style: this.style(arm) }));
  }

  isShare(metric: string): boolean {
    return isShare(this.experiment, metric);
  }

  show(metric: string, value: number): string {
    return this.isShare(metric) ? percent(value) : decimals(value, Math.abs(value) < 0.1 ? 3 : 2);
  }

  /** What a panel is called where it has no name of its own. */
  name(panel: PanelText): string {
    return panel.label || (metricOf(this.experiment, panel.metric)?.label ?? panel.metric);
  }

  /** The value that the answering teacher has: on the run's own questions once they were asked of it, before that on its card. */
  teacher(metric: string): number | undefined {
    const own = this.latest?.teachers?.find((one) => one.name === this.view?.plan?.teacher)?.figures[metric];
    return own ?? this.view?.teacher?.scores[metric] ?? undefined;
  }

  level(panel: PanelText): { value: number; label: string; kind: 'ceiling' | 'floor' } | undefined {
    if (panel.level === 'teacher') {
      const value = this.teacher(panel.metric);
      return value == null ? undefined : { value, label: `teacher ${this.show(panel.metric, value)}`, kind: 'ceiling' };
    }
    if (panel.level === 'chance') return { value: CHANCE, label: `guessing ${percent(CHANCE)}`, kind: 'ceiling' };
    const floor = panel.level === 'entropy' ? this.view?.plan?.storyEntropy : undefined;
    return floor == null ? undefined : { value: floor, label: `least possible ${decimals(floor, 2)}`, kind: 'floor' };
  }

  after(): string {
    if (!this.latest) return this.reference ? `No measurement yet. The reference of ${this.reference.seeds.length} seeds:` : 'Nothing has been measured yet.';
    return this.latest.step === 0 ? 'Before training.' : `After ${this.latest.step} of ${this.steps} training steps.`;
  }

  /** The measurements of these metrics, one row per student; and the teachers'. */
  table(metrics: string[]): { columns: string[]; rows: Cell[][] } {
    const columns = ['step', 'questions', 'student', 'seed', ...metrics.map((metric) => this.column(metric))];
    const students = this.evaluations.flatMap((evaluation) =>
      evaluation.members.map((member) => [
        evaluation.step,
        evaluation.split,
        this.label(member.arm),
        member.seed,
        ...metrics.map((metric) => measure(member, metric)),
      ]),
    );
    const name = this.view?.plan?.teacher;
    const teacher = metrics.map((metric) => this.teacher(metric));
    const first = name && teacher.some((value) => value !== undefined) ? [['', 'test', `teacher (${name})`, '', ...teacher]] : [];
    return { columns, rows: [...first, ...students] };
  }

  /** "kl, nats per answer token" without blanks, so that it is one word in any program. */
  private column(metric: string): string {
    const unit = metricOf(this.experiment, metric)?.unit ?? '';
    const name = metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return unit && unit !== '%' ? `${name}_${unit.replaceAll(' ', '_')}` : name;
  }
}

/** The settings of what is on screen: of the run, or of the form before there is one. */
export function settingsOf(view: RunView | undefined, values: Values): Settings {
  return view?.plan?.settings ?? (values as Settings);
}

/** "Sums: Probabilities 97 %, Text 80 %, teacher 99 %." */
export function listed(name: string, entries: string[]): string {
  return entries.length ? `${name}: ${entries.join(', ')}.` : '';
}
