import { describe, expect, it } from 'vitest';
import { inventedBands, inventedRun } from '../dev/invented';
import { curveOf, differences, endOf, readBands } from './bands';
import { experiments } from './experiment';

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

  const bands = inventedBands('guardrails');

  it('belongs to runs of the same settings, whatever their seed and arms', () => {
    const { settings } = bands;
    expect(differences(bands, settings)).toEqual([]);
    expect(differences(bands, { ...settings, seed: 9, seeds: 5, items: 30, arms: ['drift'] })).toEqual([]);
    // What a table lacks the engine fills in.
    expect(differences(bands, { steps: settings.steps })).toEqual([]);
    expect(differences(bands, { ...settings, steps: 7, budget: 50, hazard: 'memorised' })).toEqual(['query budget', 'training steps', 'forbidden recipes']);
  });

  it('is looked up by arm and metric', () => {
    expect(curveOf(bands, 'drift', 'refusal')?.steps).toEqual(inventedRun({ experiment: 'guardrails' }).plan.schedule);
    expect(endOf(bands, 'drift', 'refusal')?.n).toBe(20);
    expect(curveOf(bands, 'drift', 'nothing')).toBeUndefined();
    expect(endOf(undefined, 'drift', 'refusal')).toBeUndefined();
  });
});
