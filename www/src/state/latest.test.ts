import { describe, expect, it } from 'vitest';
import { inventedRun } from '../dev/invented';
import { bitsPerToken, standingsOf } from './latest';
import { wilson } from './wilson';

const one = inventedRun({ experiment: 'guardrails' }).evaluations.at(-1);
const many = inventedRun({ experiment: 'guardrails', seeds: 3 }).evaluations.at(-1);
const members = (arm: string) => (many?.members ?? []).filter((member) => member.arm === arm);

describe('where an arm stands', () => {
  it('has the interval over questions in a run of one seed', () => {
    const [standing] = standingsOf(['repair16'], one, 'refusal', true);
    const value = one?.members.find((member) => member.arm === 'repair16')?.figures['refusal'] ?? NaN;
    const [low, high] = wilson(value, 100);
    expect(standing).toEqual({ arm: 'repair16', value, low, high, basis: 'questions', seeds: 1, failed: 0 });
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  it('has the range of the seeds in a run of several, and none over questions', () => {
    const [standing] = standingsOf(['repair16'], many, 'refusal', true);
    const values = members('repair16').map((member) => member.figures['refusal'] ?? NaN).sort((a, b) => a - b);
    expect(standing).toEqual({ arm: 'repair16', value: values[1], low: values[0], high: values[2], basis: 'seeds', seeds: 3, failed: 0 });
  });

  it('has no interval where the figure is no share, or nobody knows of how many questions', () => {
    expect(standingsOf(['allText'], one, 'kl', false)[0]).toMatchObject({ basis: 'none' });
    const without = structuredClone(one);
    for (const member of without?.members ?? []) member.items = {};
    const [standing] = standingsOf(['allText'], without, 'refusal', true);
    expect(standing).toMatchObject({ basis: 'none', low: standing?.value, high: standing?.value });
  });

  it('counts a seed whose training failed, and leaves out an arm that has no value at all', () => {
    const failed = structuredClone(many);
    const [first, ...rest] = (failed?.members ?? []).filter((member) => member.arm === 'drift');
    if (first) first.figures['refusal'] = null;
    expect(standingsOf(['drift'], failed, 'refusal', true)[0]).toMatchObject({ seeds: 2, failed: 1 });
    for (const member of rest) member.figures['refusal'] = null;
    expect(standingsOf(['drift', 'unknown'], failed, 'refusal', true)).toEqual([]);
    expect(standingsOf(['drift'], undefined, 'refusal', true)).toEqual([]);
  });
});

it('knows the bits of an answer token, and none where nothing was bought', () => {
  const access = inventedRun({ experiment: 'access' }).evaluations.at(-1);
  expect(bitsPerToken('full', access)).toBe(12_297);
  expect(bitsPerToken('truth', access)).toBeUndefined();
  expect(bitsPerToken('full', undefined)).toBeUndefined();
});
