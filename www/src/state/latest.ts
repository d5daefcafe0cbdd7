import type { Evaluation, MemberEvaluation } from '../wasm/stillroom.js';
import { measure, median } from './series';
import { wilson } from './wilson';

/** What an interval stands for: the questions asked of one model, or the seeds of several. They must not be mixed up. */
export type Basis = 'questions' | 'seeds' | 'none';

/** Where one arm stands at the latest measurement. */
export interface Standing {
  arm: string;
  /** Over the seeds that have a value: their median. */
  value: number;
  low: number;
  high: number;
  basis: Basis;
  seeds: number;
  /** Seeds without a value: their training failed, and they are counted. */
  failed: number;
}

/** The arms that have a value, in the order of `arms`. `share`: the metric is a share of questions. */
export function standingsOf(arms: string[], latest: Evaluation | undefined, metric: string, share: boolean): Standing[] {
  return arms.flatMap((arm): Standing[] => {
    const members = membersOf(latest, arm);
    const values = members.map((member) => measure(member, metric)).filter((value) => value !== undefined);
    if (!values.length) return [];
    const value = median(values);
    const common = { arm, value, seeds: values.length, failed: members.length - values.length };
    if (values.length > 1) return [{ ...common, low: Math.min(...values), high: Math.max(...values), basis: 'seeds' }];
    const questions = members.find((member) => measure(member, metric) !== undefined)?.items[metric] ?? 0;
    if (!share || questions < 1) return [{ ...common, low: value, high: value, basis: 'none' }];
    const [low, high] = wilson(value, questions);
    return [{ ...common, low, high, basis: 'questions' }];
  });
}

/** What the API showed of one answer token at most, bits; nothing for an arm that bought nothing. */
export function bitsPerToken(arm: string, latest: Evaluation | undefined): number | undefined {
  const bits = membersOf(latest, arm)
    .map(({ cost }) => cost.bitsExposed / cost.tokensBought)
    .filter((value) => Number.isFinite(value) && value > 0);
  return bits.length ? median(bits) : undefined;
}

function membersOf(latest: Evaluation | undefined, arm: string): MemberEvaluation[] {
  return (latest?.members ?? []).filter((member) => member.arm === arm);
}
