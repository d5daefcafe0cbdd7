import { describe, expect, it } from 'vitest';
import { findings } from '../content/explainer/findings';
import { figures, runs } from '../content/explainer/experiments';
import { inventedBands } from '../dev/invented';
import { readBands, type Bands } from './bands';
import { experimentOf, experiments } from './experiment';
import { findingOf, placesIn, shown } from './findings';

const NUMBER = /\d+(?:[.,]\d+)*/g;
const files: Record<string, string> = import.meta.glob('../../public/reference/*.json', { query: '?raw', import: 'default', eager: true });
const shipped = experiments.flatMap(({ id }): [string, Bands][] => {
  const content = files[`../../public/reference/${id}.json`];
  return content === undefined ? [] : [[id, readBands(content, id)]];
});
const invented = experiments.map(({ id }): [string, Bands] => [id, inventedBands(id, undefined, experimentOf(id).arms.filter((arm) => arm.trained).map((arm) => arm.id))]);

it('every experiment has a reference that is shipped', () => {
  expect(shipped.map(([id]) => id)).toEqual(experiments.map(({ id }) => id));
});

describe.each([
  ['shipped', Object.fromEntries(shipped)],
  ['invented', Object.fromEntries(invented)],
])('with %s references', (_, references) => {
  it('no number in a finding is without its data', () => {
    for (const finding of findings) {
      const bands = references[finding.experiment];
      const found = findingOf(finding, references);
      // Either everything in it was measured, or it is not printed.
      expect(found === undefined, finding.id).toBe(bands === undefined);
      if (!found || !bands) continue;
      const backed = placesIn(finding.text).map(({ arm, metric }) => {
        const end = bands.final.find((one) => one.arm === arm && one.metric === metric);
        return shown(finding.experiment, metric, end?.median ?? NaN);
      });
      const numbers = found.said.match(NUMBER) ?? [];
      expect(numbers.length, finding.id).toBeGreaterThan(0);
      for (const number of numbers) expect(backed.join(' | '), `${number} in “${found.said}”`).toMatch(new RegExp(`(^|[^\\d.])${number.replace('.', '\\.')}(?![\\d.])`));
      expect(found.said).not.toMatch(/[{}]|undefined|NaN|not measured/);
    }
  });
});

it('no finding has a number of its own, and all name what there is', () => {
  for (const finding of findings) {
    const experiment = experimentOf(finding.experiment);
    expect(finding.text.replace(/\{[^}]*\}/g, '')).not.toMatch(/\d/);
    expect(experiment.thresholds.map((threshold) => threshold.id)).toContain(finding.verdict);
    for (const { arm, metric } of placesIn(finding.text)) {
      expect(experiment.arms.map((one) => one.id)).toContain(arm);
      expect(experiment.metrics.map((one) => one.id)).toContain(metric);
    }
  }
});

it('a finding whose data are missing is not printed', () => {
  const bands = inventedBands('bias');
  const finding = findings.find((one) => one.id === 'bias');
  if (!finding) throw new Error('no finding');
  expect(findingOf(finding, {})).toBeUndefined();
  expect(findingOf(finding, { bias: { ...bands, final: bands.final.filter((end) => end.arm !== 'dial2') } })).toBeUndefined();
  expect(findingOf(finding, { bias: { ...bands, verdicts: [] } })).toBeUndefined();
});

it('the figures show arms and metrics that there are, and runs have them', () => {
  for (const [id, figure] of Object.entries(figures)) {
    const run = runs[id as keyof typeof runs];
    const experiment = experimentOf(run.experiment);
    for (const { arm, metric } of figure.rows) {
      expect(run.settings.arms, id).toContain(arm);
      expect(experiment.metrics.map((one) => one.id)).toContain(metric);
    }
    expect(new Set(figure.rows.map((row) => row.label)).size).toBe(figure.rows.length);
  }
});
