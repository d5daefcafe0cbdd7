import type { Arm, Evaluation, MemberEvaluation } from '../wasm/stillroom.js';

export type Metric = 'add' | 'sort' | 'fact' | 'brew' | 'storyNll' | 'kl' | 'agreement';

export interface Point {
  step: number;
  /** Over the seeds of the arm, of those that have a value. */
  median: number;
  min: number;
  max: number;
}

export interface Series {
  arm: Arm;
  points: Point[];
}

export function measure(member: MemberEvaluation, metric: Metric): number | undefined {
  const value = metric === 'kl' || metric === 'agreement' ? member[metric] : member.scores[metric];
  return value ?? undefined;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const high = sorted[half] ?? NaN;
  return sorted.length % 2 ? high : ((sorted[half - 1] ?? NaN) + high) / 2;
}

/**
 * One series per arm, in the order of `arms`: median and range over the seeds at each measured step. Where a step was measured
 * twice the first counts: a curve is of one split, and the test questions, asked once at the end, belong to the findings.
 */
export function seriesOf(arms: Arm[], evaluations: Evaluation[], metric: Metric): Series[] {
  return arms.map((arm) => ({
    arm,
    points: evaluations.filter(isFirstOfStep).flatMap((evaluation) => {
      const values = evaluation.members
        .filter((member) => member.arm === arm)
        .map((member) => measure(member, metric))
        .filter((value) => value !== undefined);
      if (!values.length) return [];
      return [{ step: evaluation.step, median: median(values), min: Math.min(...values), max: Math.max(...values) }];
    }),
  }));
}

function isFirstOfStep(evaluation: Evaluation, index: number, all: Evaluation[]): boolean {
  return all.findIndex((other) => other.step === evaluation.step) === index;
}

export interface Totals {
  arm: Arm;
  /** Training the student; FLOPs. */
  student: number;
  /** And the teacher's answers that were bought. */
  queries: number;
  /** And the teacher's own training. Equal to `queries` for an arm that never saw the teacher. */
  teacher: number;
}

/** The three totals of each arm's cost at the latest measurement, for one seed. */
export function totalsOf(arms: Arm[], evaluations: Evaluation[]): Totals[] {
  const last = evaluations.at(-1);
  return arms.flatMap((arm) => {
    const costs = (last?.members ?? []).filter((member) => member.arm === arm).map((member) => member.cost);
    if (!costs.length) return [];
    const student = median(costs.map((cost) => cost.studentFlops));
    const queries = student + median(costs.map((cost) => cost.queryFlops));
    return [{ arm, student, queries, teacher: queries + median(costs.map((cost) => cost.teacherFlops)) }];
  });
}
