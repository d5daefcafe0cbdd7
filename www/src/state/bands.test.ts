import { describe, expect, it } from 'vitest';
import { inventedBands, inventedRun } from '../dev/invented';
import { curveOf, differences, endOf, readBands } from './bands';
import { experimentOf, experiments, type Experiment, type ExperimentRow } from './experiment';

type Loose = Record<string, never> & { [key: string]: Loose };
const text = JSON.stringify(inventedBands('guardrails'));
const damaged = (change: (bands: Loose) => unknown): string => {
  const bands = JSON.parse(text) as Loose;
  change(bands);
  return JSON.stringify(bands);
};

describe('a reference', () => {
  it.each(experiments.map((experiment) => experiment.id))('is read as it was written: %s', (id) => {
    const bands = JSON.stringify(inventedBands(id));
    expect(readBands(bands, id)).toEqual(JSON.parse(bands));
  });

  it('may lack intervals', () => {
    expect(() => readBands(damaged((bands) => Object.assign(bands['final']?.[0] ?? {}, { interval: null })), 'guardrails')).not.toThrow();
  });

  it.each([
    ['cut off', text.slice(0, -20)],
    ['null', 'null'],
    ['a list', '[]'],
    ['a run', JSON.stringify(inventedRun())],
    ['of another version', damaged((bands) => Object.assign(bands, { version: 2 }))],
    ['of another experiment', damaged((bands) => Object.assign(bands, { experiment: 'bias' }))],
    ['of other settings inside', damaged((bands) => Object.assign(bands['settings'] ?? {}, { experiment: 'bias' }))],
    ['with a stranger', damaged((bands) => Object.assign(bands, { extra: 1 }))],
    ['with an unknown arm', damaged((bands) => Object.assign(bands['curves']?.[0] ?? {}, { arm: '<b>' }))],
    ['with an unknown arm at the end', damaged((bands) => Object.assign(bands['final']?.[0] ?? {}, { arm: '__proto__' }))],
    ['with lists of several lengths', damaged((bands) => (bands['curves']?.[0]?.['low'] as unknown as unknown[]).pop())],
    ['with steps out of order', damaged((bands) => (bands['curves']?.[0]?.['steps'] as unknown as unknown[]).reverse())],
    ['with a band upside down', damaged((bands) => Object.assign(bands['final']?.[0] ?? {}, { low: 2, high: -2 }))],
    ['with a text for a number', damaged((bands) => Object.assign(bands['final']?.[0] ?? {}, { median: '1' }))],
    ['infinite', text.replace(/"failed":1/, '"failed":1e999')],
    ['without seeds', damaged((bands) => Object.assign(bands, { seeds: [] }))],
    ['with an interval of three', damaged((bands) => Object.assign(bands['final']?.[0] ?? {}, { interval: [0, 1, 2] }))],
  ])('is not used when %s', (_, content) => {
    expect(() => readBands(content, 'guardrails')).toThrow();
  });

  const guardrails = experimentOf('guardrails');
  const bands = inventedBands('guardrails');

  it('belongs to runs of the same settings, whatever their seed and arms', () => {
    const { settings } = bands;
    expect(differences(guardrails, bands, settings)).toEqual([]);
    expect(differences(guardrails, bands, { ...settings, seed: 9, seeds: 5, items: 30, arms: ['drift'] })).toEqual([]);
    // What a table lacks the engine fills in.
    expect(differences(guardrails, bands, { steps: settings.steps })).toEqual([]);
    expect(differences(guardrails, bands, { ...settings, steps: 7, budget: 50, hazard: 'memorised' })).toEqual(['query budget', 'training steps', 'forbidden recipes']);
  });

  it('is of other settings in every row that its experiment says matters', () => {
    const capability = experimentOf('capability');
    const { settings } = inventedBands('capability');
    const all = { teacher: 'imperfect', access: 'top5', temperature: 2, hardLabels: 0.5, budget: 50, steps: 7 } as const;
    expect(differences(capability, { settings }, { ...settings, ...all })).toEqual([
      'teacher',
      'query budget',
      'training steps',
      'access',
      'temperature',
      'weight of hard labels',
    ]);
  });

  it('is of other settings in a row that nobody has thought of yet', () => {
    const row = guardrails.settings.find(({ key }) => key === 'steps') as ExperimentRow;
    const noisy = (matters: boolean): Experiment => ({ ...guardrails, settings: [...guardrails.settings, { ...row, key: 'noise', name: 'noise', matters }] });
    const settings = (noise: number): typeof bands.settings => Object.assign({ ...bands.settings }, { noise });
    expect(differences(noisy(true), { settings: settings(1) }, settings(2))).toEqual(['noise']);
    expect(differences(noisy(true), { settings: settings(1) }, settings(1))).toEqual([]);
    expect(differences(noisy(false), { settings: settings(1) }, settings(2))).toEqual([]);
  });

  it('is looked up by arm and metric', () => {
    expect(curveOf(bands, 'drift', 'refusal')?.steps).toEqual(inventedRun({ experiment: 'guardrails' }).plan.schedule);
    expect(endOf(bands, 'drift', 'refusal')?.n).toBe(20);
    expect(curveOf(bands, 'drift', 'nothing')).toBeUndefined();
    expect(endOf(undefined, 'drift', 'refusal')).toBeUndefined();
  });
});
