import type { Evaluation, Settings } from '../../wasm/stillroom.js';
import { curveOf, differences, type Bands } from '../../state/bands';
import { isShare, metricOf, type Experiment, type PanelText, type Values } from '../../state/experiment';
import { measure } from '../../state/series';
import type { KeptRun } from '../../state/shelf.svelte';
import type { RunView } from '../../state/view.svelte';
import { decimals, percent } from '../../state/words';
import type { Cell } from '../csv';
import { runDash, styleOf, type ArmStyle } from '../palette';
import type { LegendEntry } from './figure';

/** What guessing a fact gives: one of 24 names. */
const CHANCE = 1 / 24;

/** What the figures look at of a run, whether it is on screen or kept. */
export type Shown = Pick<RunView, 'plan' | 'teacher' | 'evaluations' | 'run' | 'arms'>;

/** A kept run of the same experiment, drawn thinly beside the one on screen. */
export interface Earlier {
  /** Its number in this visit: it stands at its lines and marks. */
  number: number;
  name: string;
  dash: string;
  context: Context;
}

/** A run, or what is known before there is one, as the figures look at it. */
export class Context {
  readonly arms: string[];
  /** Those of the earlier runs, too. */
  readonly allArms: string[];
  readonly steps: number;
  readonly evaluations: Evaluation[];
  readonly latest: Evaluation | undefined;
  /** Of the same settings; nothing where the reference is of others. */
  readonly reference: Bands | undefined;
  readonly earlier: Earlier[];
  private readonly labels: Record<string, string>;

  constructor(
    readonly experiment: Experiment,
    readonly view: Shown | undefined,
    values: Values,
    bands: Bands | undefined,
    kept: KeptRun[] = [],
  ) {
    const settings = settingsOf(view, values);
    const known = experiment.arms.map((arm) => arm.id);
    this.arms = known.filter((arm) => (view?.plan ? view.arms : (settings.arms ?? [])).includes(arm));
    this.steps = Number(settings.steps ?? view?.plan?.schedule.at(-1) ?? 1);
    this.evaluations = view?.evaluations ?? [];
    this.latest = this.evaluations.at(-1);
    this.reference = bands && !differences(experiment, bands, settings).length ? bands : undefined;
    this.earlier = kept.map((one) => earlierOf(experiment, one));
    this.allArms = known.filter((arm) => [this, ...this.earlier.map((one) => one.context)].some(({ arms }) => arms.includes(arm)));
    this.labels = Object.fromEntries(experiment.arms.map((arm) => [arm.id, arm.short]));
  }

  label(arm: string): string {
    return this.labels[arm] ?? arm;
  }

  style(arm: string): ArmStyle {
    return styleOf(this.experiment, arm);
  }

  legend(): LegendEntry[] {
    return this.allArms.map((arm) => ({ id: arm, label: this.label(arm), style: this.style(arm) }));
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

  /** The measurements of these metrics, one row per student; and the teachers'; and the curves of the reference. */
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
    return { columns, rows: [...first, ...students, ...this.referenceRows(metrics)] };
  }

  private referenceRows(metrics: string[]): Cell[][] {
    const { reference } = this;
    if (!reference) return [];
    const of = `of ${reference.seeds.length} seeds, reference`;
    const lines = [['median', `median ${of}`], ['low', `5th percentile ${of}`], ['high', `95th percentile ${of}`]] as const;
    return this.arms.flatMap((arm) => {
      const curves = metrics.map((metric) => curveOf(reference, arm, metric));
      const steps = curves.find((curve) => curve)?.steps ?? [];
      return steps.flatMap((step) =>
        lines.map(([line, name]) => [step, 'validation', this.label(arm), name, ...curves.map((curve) => curve?.[line][curve.steps.indexOf(step)])]),
      );
    });
  }

  /** "kl, nats per answer token" without blanks, so that it is one word in any program. */
  private column(metric: string): string {
    const unit = metricOf(this.experiment, metric)?.unit ?? '';
    const name = metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return unit && unit !== '%' ? `${name}_${unit.replaceAll(' ', '_')}` : name;
  }
}

/** Without a reference of its own: that of the run on screen is there already. */
function earlierOf(experiment: Experiment, { number, name, run }: KeptRun): Earlier {
  const { plan, teacher, evaluations } = run;
  const view = { plan, teacher, evaluations, run, arms: [...new Set(plan.members.map((member) => member.arm))] };
  return { number, name, dash: runDash(number), context: new Context(experiment, view, {}, undefined) };
}

/** The settings of what is on screen: of the run, or of the form before there is one. */
export function settingsOf(view: Pick<RunView, 'plan'> | undefined, values: Values): Settings {
  return view?.plan?.settings ?? (values as Settings);
}

/** "Sums: Probabilities 97 %, Text 80 %, teacher 99 %." */
export function listed(name: string, entries: string[]): string {
  return entries.length ? `${name}: ${entries.join(', ')}.` : '';
}
