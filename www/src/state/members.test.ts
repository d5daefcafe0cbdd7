import { describe, expect, it } from 'vitest';
import { inventedRun } from '../dev/invented';
import { experimentOf } from './experiment';
import { disagreements, memberName, memberRows, sampleIndex } from './members';

const capability = experimentOf('capability');
/** logits 1, logits 2, text 1, text 2. */
const run = inventedRun({ seeds: 2, arms: ['logits', 'text'] });
const { members } = run.plan;

describe('two students of a population', () => {
  it('are called by arm, and by seed where there are several', () => {
    expect(members.map((_, index) => memberName(capability, members, index))).toEqual(['Probabilities, seed 1', 'Probabilities, seed 2', 'Text, seed 1', 'Text, seed 2']);
    const alone = inventedRun({ arms: ['logits', 'text'] }).plan.members;
    expect(memberName(capability, alone, 1)).toBe('Text');
    expect(memberName(capability, alone, 9)).toBe('');
  });

  it('are compared figure by figure, with gaps where one has none', () => {
    const last = structuredClone(run.evaluations.at(-1));
    const figures = last?.members[3]?.figures ?? {};
    Object.assign(figures, { kl: null });
    const rows = memberRows(capability, last, 0, 3);
    expect(rows.find(({ metric }) => metric === 'kl')).toEqual({ metric: 'kl', first: last?.members[0]?.figures['kl'], second: undefined });
    expect(rows.find(({ metric }) => metric === 'add')?.second).toBe(figures['add']);
    expect(rows.some(({ metric }) => metric === 'cost')).toBe(false);
    expect(memberRows(capability, undefined, 0, 1)).toEqual([]);
    expect(memberRows(capability, last, 0, 99)).toEqual(rows.map(({ metric, first }) => ({ metric, first, second: undefined })));
  });
});

describe('their sample answers', () => {
  it('are those of the first seed only', () => {
    expect(members.map((_, index) => sampleIndex(members, index))).toEqual([0, undefined, 1, undefined]);
    expect(disagreements(run.samples, members, 0, 3)).toBeUndefined();
  });

  it('are shown where they differ, each under the right student', () => {
    const found = disagreements(run.samples, members, 2, 0);
    expect(found?.asked).toBe(run.samples.length);
    expect(found?.rows.length).toBeGreaterThan(0);
    for (const { row, first, second } of found?.rows ?? []) {
      expect(first).toBe(row.members[1]);
      expect(second).toBe(row.members[0]);
      expect(first.text).not.toBe(second.text);
    }
    expect(disagreements(run.samples, members, 0, 0)?.rows).toEqual([]);
  });
});
