import type { Evaluation, RunFile } from '../wasm/stillroom.js';
import { isShare, metricOf, type Experiment } from './experiment';
import { measure, median } from './series';
import { decimals } from './words';

/** What two runs, or two students, are compared by. */
export type Comparable = Pick<RunFile, 'plan' | 'evaluations' | 'device'> & { stillroom?: string };

export interface FigureChange {
  metric: string;
  arm: string;
  before: number | undefined;
  after: number | undefined;
}

/** Every figure of the last measurement by arm, over the seeds of each run their median. Those that neither run has are left out. */
export function figureChanges(experiment: Experiment, before: Evaluation | undefined, after: Evaluation | undefined): FigureChange[] {
  return experiment.metrics.flatMap(({ id: metric }) =>
    experiment.arms.flatMap(({ id: arm }): FigureChange[] => {
      const [old, now] = [middle(before, arm, metric), middle(after, arm, metric)];
      return old === undefined && now === undefined ? [] : [{ metric, arm, before: old, after: now }];
    }),
  );
}

function middle(evaluation: Evaluation | undefined, arm: string, metric: string): number | undefined {
  const values = (evaluation?.members ?? [])
    .filter((member) => member.arm === arm)
    .map((member) => measure(member, metric))
    .filter((value) => value !== undefined);
  return values.length ? median(values) : undefined;
}

/** A figure in its unit, with a digit more than the charts say: it stands beside one that is nearly the same. */
export function figureWords(experiment: Experiment, metric: string, value: number | undefined): string {
  if (value === undefined) return 'not measured';
  return isShare(experiment, metric) ? `${(100 * value).toFixed(1)} %` : decimals(value, 3);
}

/** How far the second is from the first, with its sign. Shares differ by percentage points. */
export function differenceWords(experiment: Experiment, metric: string, before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return '–';
  const difference = after - before;
  if (difference === 0) return 'the same';
  const share = isShare(experiment, metric);
  const size = share ? (100 * Math.abs(difference)).toFixed(1) : Math.abs(difference).toFixed(3);
  const [sign, none] = [difference < 0 ? '−' : '+', Number(size) === 0];
  if (none) return `less than ${share ? '0.1 points' : '0.001'}`;
  return `${sign}${size}${share ? ' points' : ''}`;
}

export function metricLabel(experiment: Experiment, metric: string): string {
  const known = metricOf(experiment, metric);
  if (!known) return metric;
  return known.unit && known.unit !== '%' ? `${known.label}, ${known.unit}` : known.label;
}

export function armLabel(experiment: Experiment, arm: string): string {
  return experiment.arms.find((one) => one.id === arm)?.short ?? arm;
}

/** What keeps the two from being compared like with like, beside their settings; in sentences. */
export function cautions(before: Comparable, after: Comparable): string[] {
  const found: string[] = [];
  const seeds = ({ plan }: Comparable): string => [...new Set(plan.members.map((member) => member.seed))].sort((a, b) => a - b).join(', ');
  const [theirs, ours] = [seeds(before), seeds(after)];
  if (theirs !== ours) {
    found.push(`Their seeds differ (${theirs} before, ${ours} now). With another seed figures move by themselves: one run is an anecdote, and so is the difference of two.`);
  } else {
    found.push(`Both used the same seed${ours.includes(',') ? 's' : ''} (${ours}). A small difference may still be chance: ${ours.includes(',') ? 'a few seeds are few' : 'one seed is an anecdote'}.`);
  }
  const stage = ({ evaluations }: Comparable): string => {
    const last = evaluations.at(-1);
    return last ? `after ${last.step} steps on the ${last.split} questions` : 'not at all';
  };
  if (stage(before) !== stage(after)) found.push(`They were measured last at different points: ${stage(before)} before, ${stage(after)} now.`);
  if (before.device.backend !== after.device.backend || before.device.adapter !== after.device.adapter) {
    found.push(`They ran on different devices (${before.device.adapter}; ${after.device.adapter}), which may round differently.`);
  }
  if (before.stillroom && after.stillroom && before.stillroom !== after.stillroom) {
    found.push(`They were made by different versions of Stillroom (${before.stillroom}; ${after.stillroom}).`);
  }
  return found;
}

export interface Likeness {
  /** Figures that both runs have. */
  compared: number;
  different: number;
  /** Figures that only one of them has. */
  alone: number;
  /** Where shares differ most, and where other figures do. */
  share?: Largest;
  other?: Largest;
}

export interface Largest {
  metric: string;
  arm: string;
  seed: number;
  step: number;
  size: number;
}

/** Every figure of every student at every measurement, one by one. */
export function likeness(experiment: Experiment, before: RunFile, after: RunFile): Likeness {
  const key = (run: RunFile): Map<string, { value: number; at: Omit<Largest, 'size'> }> =>
    new Map(
      run.evaluations.flatMap(({ step, split, members }) =>
        members.flatMap((member) =>
          Object.keys(member.figures).flatMap((metric) => {
            const value = measure(member, metric);
            const at = { metric, arm: member.arm, seed: member.seed, step };
            return value === undefined ? [] : [[[split, step, member.arm, member.seed, metric].join(' '), { value, at }] as const];
          }),
        ),
      ),
    );
  const [old, now] = [key(before), key(after)];
  const found: Likeness = { compared: 0, different: 0, alone: [...now.keys()].filter((name) => !old.has(name)).length };
  for (const [name, { value, at }] of old) {
    const other = now.get(name);
    if (!other) {
      found.alone += 1;
      continue;
    }
    found.compared += 1;
    if (other.value === value) continue;
    found.different += 1;
    const kind = isShare(experiment, at.metric) ? 'share' : 'other';
    const size = Math.abs(other.value - value);
    if (size > (found[kind]?.size ?? 0)) found[kind] = { ...at, size };
  }
  return found;
}

/** How a run came out that was made again from its file, in a few sentences. */
export function likenessWords(experiment: Experiment, before: RunFile, after: RunFile): string {
  const { compared, different, alone, share, other } = likeness(experiment, before, after);
  if (!compared) return 'The two have no figure in common, so nothing can be said.';
  const left = alone ? ` ${alone} more ${alone === 1 ? 'is' : 'are'} in one of them only.` : '';
  if (!different) return `The same to the last digit: all ${compared} figures that both runs have are equal.${left}`;
  const where = ({ metric, arm, seed, step }: Largest): string =>
    `${metricOf(experiment, metric)?.label ?? metric}, ${armLabel(experiment, arm)}, seed ${seed}, step ${step}`;
  const most = [
    share && `of shares ${share.size < 5e-4 ? 'less than 0.1' : (100 * share.size).toFixed(1)} percentage points (${where(share)})`,
    other && `of other figures ${other.size < 1e-4 ? other.size.toExponential(0) : other.size.toFixed(4)} (${where(other)})`,
  ].filter(Boolean);
  const devices =
    before.device.adapter === after.device.adapter && before.device.backend === after.device.backend
      ? 'Both devices have the same name; another version of the engine or of the browser may round differently.'
      : `The file was made on ${before.device.adapter}, this run on ${after.device.adapter}: devices may round differently, and training makes small differences grow.`;
  return `Not the same to the last digit: ${different} of ${compared} figures differ. The largest difference is ${most.join('; ')}. ${devices}${left}`;
}
