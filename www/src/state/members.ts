import type { Evaluation, Member, SampleAnswer, SampleRow } from '../wasm/stillroom.js';
import { armLabel } from './compare';
import type { Experiment } from './experiment';
import { measure } from './series';

export interface MemberRow {
  metric: string;
  first: number | undefined;
  second: number | undefined;
}

/** Every figure that one of two students has at a measurement, in the order of the experiment. */
export function memberRows(experiment: Experiment, evaluation: Evaluation | undefined, first: number, second: number): MemberRow[] {
  const [one, other] = [evaluation?.members[first], evaluation?.members[second]];
  return experiment.metrics.flatMap(({ id: metric }): MemberRow[] => {
    const row = { metric, first: one && measure(one, metric), second: other && measure(other, metric) };
    return row.first === undefined && row.second === undefined ? [] : [row];
  });
}

/** What a student of a population is called: its arm, and its seed where there are several. */
export function memberName(experiment: Experiment, members: Member[], index: number): string {
  const member = members[index];
  if (!member) return '';
  const several = new Set(members.map(({ seed }) => seed)).size > 1;
  return several ? `${armLabel(experiment, member.arm)}, seed ${member.seed}` : armLabel(experiment, member.arm);
}

/** The place of a student in each row of samples, which were taken of the first seed only. */
export function sampleIndex(members: Member[], index: number): number | undefined {
  const first = members.flatMap(({ seed }, at) => (seed === members[0]?.seed ? [at] : []));
  const place = first.indexOf(index);
  return place < 0 ? undefined : place;
}

export interface Disagreement {
  row: SampleRow;
  first: SampleAnswer;
  second: SampleAnswer;
}

/** The questions that two students answer differently, and how many both were asked; nothing where one of them was not asked. */
export function disagreements(samples: SampleRow[], members: Member[], first: number, second: number): { asked: number; rows: Disagreement[] } | undefined {
  const [one, other] = [sampleIndex(members, first), sampleIndex(members, second)];
  if (one === undefined || other === undefined) return undefined;
  const both = samples.flatMap((row): Disagreement[] => {
    const [a, b] = [row.members[one], row.members[other]];
    return a && b ? [{ row, first: a, second: b }] : [];
  });
  return { asked: both.length, rows: both.filter(({ first: a, second: b }) => a.text !== b.text) };
}
