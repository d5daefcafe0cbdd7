import type { Arm, MemberEvaluation, Scores } from '../wasm/stillroom.js';
import type { Experiment } from '../state/experiment';
import { measure, seriesOf, totalsOf, type Metric, type Series } from '../state/series';
import type { RunView } from '../state/view.svelte';
import { skillNames } from '../content/home';
import { decimals, large, percent } from '../state/words';
import { TOTALS, costChart } from './cost';
import type { Cell } from './csv';
import { lineChart } from './line';

/** One chart as data: what it asks, what it says in words, its numbers, and how to draw it. */
export interface Figure {
  id: string;
  title: string;
  note: string;
  /** The state of the chart in words, for those who cannot see it. */
  summary: string;
  columns: string[];
  rows: Cell[][];
  panels: Panel[];
  arms: Arm[];
  /** Whether a logarithmic scale makes sense. */
  canLog?: boolean;
}

export interface Panel {
  label?: string;
  draw(width: number, log: boolean): SVGSVGElement;
}

export const SKILLS = ['add', 'sort', 'fact', 'brew'] as const;

interface Context {
  view: RunView;
  experiment: Experiment;
  arms: Arm[];
  labels: Record<string, string>;
  steps: number;
}

/** All figures of a run, from what has been measured so far. */
export function figuresOf(view: RunView, experiment: Experiment): Figure[] {
  const labels = Object.fromEntries(experiment.arms.map((arm) => [arm.id, arm.short]));
  const context = { view, experiment, arms: view.arms, labels, steps: Number(view.plan?.settings.steps ?? view.plan?.schedule.at(-1) ?? 1) };
  return [skills(context), distance(context), agreement(context), stories(context), cost(context)];
}

function describe(context: Context, metric: Metric): string {
  return context.experiment.metrics.find((one) => one.id === metric)?.describe ?? '';
}

/** "Sums: probabilities 97 %, text 80 %, teacher 99 %." */
function latest(context: Context, name: string, series: Series[], show: (value: number) => string, level?: string): string {
  const ends = series.flatMap(({ arm, points }) => {
    const last = points.at(-1);
    return last ? [`${context.labels[arm] ?? arm} ${show(last.median)}`] : [];
  });
  if (level) ends.push(level);
  return `${name}: ${ends.join(', ')}.`;
}

function after(context: Context): string {
  const last = context.view.evaluations.at(-1);
  if (!last) return 'Nothing has been measured yet.';
  return last.step === 0 ? 'Before training.' : `After ${last.step} of ${context.steps} training steps.`;
}

function table(context: Context, metrics: Metric[]): Cell[][] {
  return context.view.evaluations.flatMap((evaluation) =>
    evaluation.members.map((member: MemberEvaluation) => [
      evaluation.step,
      evaluation.split,
      context.labels[member.arm] ?? member.arm,
      member.seed,
      ...metrics.map((metric) => measure(member, metric)),
    ]),
  );
}

const COLUMNS = ['step', 'questions', 'student', 'seed'];

function teacherRow(context: Context, values: Cell[]): Cell[][] {
  return context.view.teacher ? [['', 'test', 'teacher', '', ...values]] : [];
}

function skills(context: Context): Figure {
  const { view, arms, labels, steps } = context;
  const scores: Partial<Scores> = view.teacher?.scores ?? {};
  const all = SKILLS.map((metric) => ({ metric, level: scores[metric], series: seriesOf(arms, view.evaluations, metric) }));
  return {
    id: 'skills',
    title: 'How many new questions are answered right?',
    note: 'Share of held-out questions with an entirely correct answer. No student was trained on these questions. At step 0 nothing has been learnt.',
    summary: [
      after(context),
      ...all.map(({ metric, level, series }) =>
        latest(context, skillNames[metric], series, percent, level == null ? undefined : `teacher ${percent(level)}`),
      ),
    ].join(' '),
    columns: [...COLUMNS, ...SKILLS],
    rows: [...teacherRow(context, SKILLS.map((metric) => scores[metric])), ...table(context, [...SKILLS])],
    arms,
    panels: all.map(({ metric, level, series }) => ({
      label: skillNames[metric],
      draw: (width) =>
        lineChart({
          width,
          height: Math.max(170, Math.min(220, width * 0.66)),
          series,
          labels,
          steps,
          y: { domain: [0, 1.02], percent: true },
          level: level == null ? undefined : { value: level, label: `teacher ${percent(level)}`, kind: 'ceiling' },
        }),
    })),
  };
}

function distance(context: Context): Figure {
  const { view, arms, labels, steps } = context;
  const series = seriesOf(arms, view.evaluations, 'kl');
  const values = series.flatMap(({ points }) => points.flatMap((point) => [point.min, point.max])).filter((value) => value > 0);
  const top = Math.max(0.1, ...values) * 1.06;
  const bottom = Math.max(1e-5, Math.min(top / 100, ...values) * 0.8);
  return {
    id: 'distance',
    title: 'How far is each student from the teacher?',
    note: `${describe(context, 'kl')} Measured at every word of the answers to held-out questions.`,
    summary: `${after(context)} ${latest(context, 'Distance', series, (value) => decimals(value, 3))}`,
    columns: [...COLUMNS, 'kl_nats_per_answer_token'],
    rows: [...teacherRow(context, [0]), ...table(context, ['kl'])],
    arms,
    canLog: true,
    panels: [
      {
        draw: (width, log) =>
          lineChart({ width, height: 250, series, labels, steps, y: { domain: log ? [bottom, top] : [0, top], log } }),
      },
    ],
  };
}

function agreement(context: Context): Figure {
  const { view, arms, labels, steps } = context;
  const series = seriesOf(arms, view.evaluations, 'agreement');
  return {
    id: 'agreement',
    title: 'How often would both say the same next word?',
    note: describe(context, 'agreement'),
    summary: `${after(context)} ${latest(context, 'Agreement', series, percent)}`,
    columns: [...COLUMNS, 'agreement'],
    rows: [...teacherRow(context, [1]), ...table(context, ['agreement'])],
    arms,
    panels: [
      {
        draw: (width) => lineChart({ width, height: 250, series, labels, steps, y: { domain: [0, 1.02], percent: true } }),
      },
    ],
  };
}

function stories(context: Context): Figure {
  const { view, arms, labels, steps } = context;
  const series = seriesOf(arms, view.evaluations, 'storyNll');
  const floor = view.plan?.storyEntropy;
  const teacher = view.teacher?.scores.storyNll;
  const floorText = floor == null ? undefined : `the floor ${decimals(floor, 2)}`;
  const top = Math.max((floor ?? 1) * 1.6, ...series.flatMap(({ points }) => points.map((point) => point.max)));
  return {
    id: 'stories',
    title: 'How surprising are new stories to each student?',
    note: [
      'In nats per word; lower is better. Stories have many right endings, so some surprise always remains: the dotted line',
      'is the least that any model can have.',
      ...(teacher == null ? [] : [`The teacher has ${decimals(teacher, 2)}.`]),
    ].join(' '),
    summary: `${after(context)} ${latest(context, 'Surprise', series, (value) => decimals(value, 2), floorText)}`,
    columns: [...COLUMNS, 'story_nats_per_word'],
    rows: [...teacherRow(context, [teacher]), ...table(context, ['storyNll'])],
    arms,
    panels: [
      {
        draw: (width) =>
          lineChart({
            width,
            height: 250,
            series,
            labels,
            steps,
            y: { domain: [0, top * 1.04] },
            level: floor == null ? undefined : { value: floor, label: `least possible ${decimals(floor, 2)}`, kind: 'floor' },
          }),
      },
    ],
  };
}

function cost(context: Context): Figure {
  const { view, arms, labels } = context;
  const totals = totalsOf(arms, view.evaluations);
  const words = totals.map(
    (one) => `${labels[one.arm] ?? one.arm}: ${TOTALS.map(({ key, label: name }) => `${name} ${large(one[key])}`).join(', ')}.`,
  );
  return {
    id: 'cost',
    title: 'What did it cost, and who paid?',
    note: [
      'Arithmetic for one student, counted three ways: training the student; with the teacher’s work of answering; with the',
      'training of the teacher. The scale is logarithmic: equal distances are equal ratios.',
    ].join(' '),
    summary: totals.length ? `${after(context)} ${words.join(' ')}` : 'Nothing has been spent yet.',
    columns: ['student', 'student_flops', 'with_answers_flops', 'with_teacher_flops'],
    rows: totals.map((one) => [labels[one.arm] ?? one.arm, one.student, one.queries, one.teacher]),
    arms,
    panels: totals.some((one) => one.student > 0) ? [{ draw: (width) => costChart(totals, labels, width) }] : [],
  };
}
