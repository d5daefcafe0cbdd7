import type { Evaluation } from '../wasm/stillroom.js';
import { median } from './series.ts';

export interface Totals {
  arm: string;
  /** Training the student; FLOPs. */
  student: number;
  /** And the teacher's answers that were bought. */
  queries: number;
  /** And the teacher's own training. Equal to `queries` for an arm that never saw the teacher. */
  teacher: number;
}

/** The three totals of each arm's cost at the latest measurement, for one seed. */
export function totalsOf(arms: string[], evaluations: Evaluation[]): Totals[] {
  const last = evaluations.at(-1);
  return arms.flatMap((arm) => {
    const costs = (last?.members ?? []).filter((member) => member.arm === arm).map((member) => member.cost);
    if (!costs.length) return [];
    const student = median(costs.map((cost) => cost.studentFlops));
    const queries = student + median(costs.map((cost) => cost.queryFlops));
    return [{ arm, student, queries, teacher: queries + median(costs.map((cost) => cost.teacherFlops)) }];
  });
}
