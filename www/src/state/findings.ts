import type { FindingText } from '../content/explainer/findings';
import { endOf } from './bands';
import { experimentOf, isShare } from './experiment';
import type { Brief } from './measured';
import { decimals, percent } from './words';

export interface Finding extends FindingText {
  /** The sentence with its numbers. */
  said: string;
  /** Whether it came out as expected; nothing where the reference cannot tell. */
  holds: boolean | null;
  seeds: number;
}

const PLACE = /\{([a-zA-Z0-9]+)\.([a-zA-Z]+)\}/g;

/** The metrics of arms that a sentence names. */
export function placesIn(text: string): { arm: string; metric: string }[] {
  return [...text.matchAll(PLACE)].map(([, arm = '', metric = '']) => ({ arm, metric }));
}

export function shown(experiment: string, metric: string, value: number): string {
  if (isShare(experimentOf(experiment), metric)) return percent(value);
  return decimals(Math.abs(value) < 0.005 ? 0 : value, 2);
}

/** A finding with the numbers of its reference. Nothing where one is missing: half a finding is none. */
export function findingOf(finding: FindingText, references: Record<string, Brief>): Finding | undefined {
  const reference = references[finding.experiment];
  const verdict = reference?.verdicts.find((one) => one.id === finding.verdict);
  if (!reference || !verdict) return undefined;
  const value = (arm: string, metric: string): number | undefined => endOf(reference, arm, metric)?.median;
  if (placesIn(finding.text).some(({ arm, metric }) => value(arm, metric) === undefined)) return undefined;
  const said = finding.text.replace(PLACE, (_, arm: string, metric: string) => shown(finding.experiment, metric, value(arm, metric) ?? NaN));
  return { ...finding, said, holds: verdict.holds ?? null, seeds: reference.seeds.length };
}
