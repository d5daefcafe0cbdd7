import type { Evaluation, MemberEvaluation } from '../wasm/stillroom.js';

export interface Point {
  step: number;
  /** Over the seeds of the arm, of those that have a value. */
  median: number;
  min: number;
  max: number;
}

export interface Series {
  arm: string;
  points: Point[];
}

/** A figure of one member by the id of its metric; nothing where it was not measured. */
export function measure(member: MemberEvaluation, metric: string): number | undefined {
  const value = Object.hasOwn(member.figures, metric) ? member.figures[metric] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
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
export function seriesOf(arms: string[], evaluations: Evaluation[], metric: string): Series[] {
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
