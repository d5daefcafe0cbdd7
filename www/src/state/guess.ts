import { isShare, metricOf, type Experiment } from './experiment';
import type { Point } from './series';
import { decimals, percent } from './words';

/** A chart of lines over training steps, of which one line may be drawn before the run. */
export interface Drawable {
  metric: string;
  label: string;
  low: number;
  high: number;
  /** What one press of an arrow key changes. */
  notch: number;
}

/** How many places along a run have a handle, the first step and the last one with it. */
export const HANDLES = 9;
/** About the surprise, in nats, of a model that knows nothing of a few hundred words. */
const KNOWS_NOTHING = 6;

/** Every metric that the experiment draws over training steps, once each. */
export function drawables(experiment: Experiment): Drawable[] {
  const panels = experiment.figures.filter(({ kind }) => kind === 'lines').flatMap((figure) => figure.panels);
  return panels
    .filter(({ metric }, index) => panels.findIndex((other) => other.metric === metric) === index)
    .map(({ metric }) => {
      const { label, unit } = metricOf(experiment, metric) ?? { label: metric, unit: '' };
      if (isShare(experiment, metric)) return { metric, label, low: 0, high: 1, notch: 0.05 };
      // Without a unit it is the difference of two shares.
      return unit ? { metric, label: `${label}, ${unit}`, low: 0, high: KNOWS_NOTHING, notch: 0.25 } : { metric, label, low: -1, high: 1, notch: 0.1 };
    });
}

/** The step at each handle of a run of so many. */
export function handleSteps(steps: number): number[] {
  return Array.from({ length: HANDLES }, (_, index) => Math.round((index * steps) / (HANDLES - 1)));
}

/** A stroke from one handle to another: what was passed over in a fast movement lies on the line between. */
export function stroke(levels: number[], from: { index: number; level: number }, to: { index: number; level: number }): number[] {
  const [low, high] = [Math.min(from.index, to.index), Math.max(from.index, to.index)];
  return levels.map((level, index) => {
    if (index < low || index > high) return level;
    return from.index === to.index ? to.level : from.level + ((to.level - from.level) * (index - from.index)) / (to.index - from.index);
  });
}

/** The measured curve at a step, between its points on a straight line; nothing beyond them. */
export function measuredAt(points: Point[], step: number): number | undefined {
  const after = points.findIndex((point) => point.step >= step);
  const [right, left] = [points[after], points[after - 1]];
  if (!right) return undefined;
  if (right.step === step) return right.median;
  if (!left) return undefined;
  return left.median + ((right.median - left.median) * (step - left.step)) / (right.step - left.step);
}

export interface Apart {
  /** At how many handles there is something to compare with. */
  compared: number;
  average: number;
  largest: { step: number; expected: number; measured: number };
}

/** How far a drawn curve is from the measured one. Nothing where the run has not been measured at all. */
export function apart(levels: number[], steps: number, points: Point[]): Apart | undefined {
  const pairs = handleSteps(steps).flatMap((step, index) => {
    const [expected, measured] = [levels[index], measuredAt(points, step)];
    return expected === undefined || measured === undefined ? [] : [{ step, expected, measured }];
  });
  const size = ({ expected, measured }: Apart['largest']): number => Math.abs(expected - measured);
  const [first] = pairs;
  if (!first) return undefined;
  return {
    compared: pairs.length,
    average: pairs.reduce((sum, pair) => sum + size(pair), 0) / pairs.length,
    largest: pairs.reduce((most, pair) => (size(pair) > size(most) ? pair : most), first),
  };
}

export function levelWords(experiment: Experiment, metric: string, level: number): string {
  return isShare(experiment, metric) ? percent(level) : decimals(level, 2);
}

/** One or two sentences on how far apart they were. */
export function apartWords(experiment: Experiment, metric: string, found: Apart): string {
  const distance = (size: number): string => (isShare(experiment, metric) ? `${(100 * size).toFixed(0)} percentage points` : decimals(size, 2));
  const { compared, average, largest } = found;
  const part = compared < HANDLES ? ` (at ${compared} of ${HANDLES} places; the run did not come to the others)` : '';
  const size = Math.abs(largest.expected - largest.measured);
  const words = (level: number): string => levelWords(experiment, metric, level);
  return `On average your curve was ${distance(average)} away from the measured one${part}. It was farthest away at step ${largest.step}, by ${distance(size)}: you drew ${words(largest.expected)}, measured was ${words(largest.measured)}.`;
}
