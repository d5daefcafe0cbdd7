import { describe, expect, it } from 'vitest';
import { inventedRun } from '../dev/invented';
import type { RunFile } from '../wasm/stillroom.js';
import { cautions, differenceWords, figureChanges, figureWords, likeness, likenessWords } from './compare';
import { experimentOf } from './experiment';

const capability = experimentOf('capability');
const run = inventedRun({ seeds: 3, arms: ['logits', 'text'] });
/** The same run, with something done to what was measured last. */
const changed = (change: (run: RunFile) => void): RunFile => {
  const copy = structuredClone(run);
  change(copy);
  return copy;
};
const lastMember = (one: RunFile, index: number): Record<string, number | null | undefined> => one.evaluations.at(-1)?.members[index]?.figures ?? {};

describe('figures of two runs', () => {
  it('are medians over the seeds of each arm, of every metric that was measured', () => {
    const rows = figureChanges(capability, run.evaluations.at(-1), run.evaluations.at(-1));
    expect(rows.every(({ before, after }) => before === after && before !== undefined)).toBe(true);
    expect(new Set(rows.map(({ arm }) => arm))).toEqual(new Set(['logits', 'text']));
    const values = [0, 1, 2].map((index) => lastMember(run, index)['kl'] as number).sort((a, b) => a - b);
    expect(rows.find(({ arm, metric }) => arm === 'logits' && metric === 'kl')?.before).toBe(values[1]);
  });

  it('leave a gap where one of them has no such student or no such number', () => {
    const other = inventedRun({ arms: ['text', 'scratch'] });
    const rows = figureChanges(capability, run.evaluations.at(-1), other.evaluations.at(-1));
    expect(rows.find(({ arm }) => arm === 'logits')?.after).toBeUndefined();
    expect(rows.find(({ arm }) => arm === 'scratch')?.before).toBeUndefined();
    expect(figureChanges(capability, undefined, undefined)).toEqual([]);
  });

  it('differ by points or by their unit, with a sign, and not by a rounded zero', () => {
    expect(differenceWords(capability, 'add', 0.8, 0.83)).toBe('+3.0 points');
    expect(differenceWords(capability, 'add', 0.83, 0.8)).toBe('−3.0 points');
    expect(differenceWords(capability, 'add', 0.8, 0.8)).toBe('the same');
    expect(differenceWords(capability, 'add', 0.8, 0.8001)).toBe('less than 0.1 points');
    expect(differenceWords(capability, 'kl', 0.5, 0.25)).toBe('−0.250');
    expect(differenceWords(capability, 'kl', undefined, 0.25)).toBe('–');
    expect(figureWords(capability, 'kl', undefined)).toBe('not measured');
  });
});

describe('cautions', () => {
  it('say that one run is an anecdote where seeds differ, and that one seed is, where they do not', () => {
    expect(cautions(inventedRun({ seed: 1 }), inventedRun({ seed: 2 }))[0]).toMatch(/seeds differ \(1 before, 2 now\).*one run is an anecdote/);
    expect(cautions(inventedRun({ seed: 1 }), inventedRun({ seed: 1 }))).toEqual([expect.stringMatching(/the same seed \(1\).*one seed is an anecdote/)]);
  });

  it('name other devices, other versions and other points of measurement', () => {
    const words = cautions(run, changed((one) => {
      one.device.adapter = 'another';
      one.stillroom = '9.9';
      one.evaluations.pop();
    })).join(' ');
    expect(words).toMatch(/different points: after 600 steps on the test questions before, after 600 steps on the validation questions now/);
    expect(words).toMatch(/different devices \(an invented device; another\)/);
    expect(words).toMatch(/different versions of Stillroom \(invented; 9\.9\)/);
  });
});

describe('a run that was made again', () => {
  it('is the same to the last digit, or is not', () => {
    expect(likenessWords(capability, run, structuredClone(run))).toMatch(/^The same to the last digit: all \d+ figures/);
    const off = changed((one) => Object.assign(lastMember(one, 4), { add: (lastMember(one, 4)['add'] ?? 0) - 1e-9 }));
    expect(likeness(capability, run, off).different).toBe(1);
    expect(likenessWords(capability, run, off)).toMatch(/^Not the same to the last digit: 1 of \d+ figures differ.*less than 0.1 percentage points \(Sums, Text, seed 2, step 600\)/);
  });

  it('differs most where it is said to, shares and other units apart', () => {
    const off = changed((one) => {
      Object.assign(lastMember(one, 0), { kl: (lastMember(one, 0)['kl'] ?? 0) + 0.5 });
      Object.assign(lastMember(one, 1), { kl: (lastMember(one, 1)['kl'] ?? 0) + 0.125, agreement: (lastMember(one, 1)['agreement'] ?? 0) - 0.25 });
    });
    const found = likeness(capability, run, off);
    expect(found.other).toMatchObject({ metric: 'kl', arm: 'logits', seed: 1, step: 600 });
    expect(found.other?.size).toBeCloseTo(0.5, 12);
    expect(found.share).toMatchObject({ metric: 'agreement', seed: 2 });
    expect(found.different).toBe(3);
  });

  it('says what only one of them has, and when they have nothing in common', () => {
    const short = changed((one) => one.evaluations.splice(-2));
    expect(likeness(capability, run, short)).toMatchObject({ different: 0 });
    expect(likeness(capability, run, short).alone).toBeGreaterThan(0);
    expect(likenessWords(capability, run, short)).toMatch(/^The same to the last digit.* more are in one of them only\.$/);
    expect(likenessWords(capability, run, changed((one) => (one.evaluations = [])))).toMatch(/no figure in common/);
  });

  it('tells two devices apart from two versions of one', () => {
    const off = (adapter: string): RunFile => changed((one) => {
      one.device.adapter = adapter;
      Object.assign(lastMember(one, 0), { kl: 9 });
    });
    expect(likenessWords(capability, run, off('another'))).toMatch(/made on an invented device, this run on another: devices may round differently/);
    expect(likenessWords(capability, run, off('an invented device'))).toMatch(/Both devices have the same name/);
  });
});
