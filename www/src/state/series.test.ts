import { describe, expect, it } from 'vitest';
import { inventedRun } from '../dev/invented';
import type { MemberEvaluation } from '../wasm/stillroom.js';
import { measure, median, seriesOf } from './series';
import { totalsOf } from './totals';

const run = inventedRun({ seeds: 3 });
const first = run.evaluations[0]?.members[0] as MemberEvaluation;

describe('series', () => {
  it('has median and range of the seeds at every measured step', () => {
    const [logits] = seriesOf(['logits'], run.evaluations, 'add');
    expect(logits?.points.map((point) => point.step)).toEqual(run.plan.schedule);
    const last = run.evaluations.at(-2)?.members.filter((member) => member.arm === 'logits').map((member) => member.figures['add'] ?? NaN);
    expect(last).toHaveLength(3);
    expect(logits?.points.at(-1)).toMatchObject({ median: median(last ?? []), min: Math.min(...(last ?? [])), max: Math.max(...(last ?? [])) });
  });

  it('keeps the order of the arms and gives an absent arm no points', () => {
    const series = seriesOf(['text', 'logits'], inventedRun({ arms: ['logits'] }).evaluations, 'kl');
    expect(series.map((one) => [one.arm, one.points.length > 0])).toEqual([['text', false], ['logits', true]]);
  });

  it('leaves out what was not measured instead of drawing it as zero', () => {
    const evaluations = structuredClone(run.evaluations.slice(0, 2));
    for (const member of evaluations[1]?.members ?? []) member.figures['kl'] = member.seed === 1 ? 0.5 : null;
    const [logits] = seriesOf(['logits'], evaluations, 'kl');
    expect(logits?.points[1]).toEqual({ step: evaluations[1]?.step, median: 0.5, min: 0.5, max: 0.5 });
    for (const member of evaluations[1]?.members ?? []) member.figures['kl'] = null;
    expect(seriesOf(['logits'], evaluations, 'kl')[0]?.points).toHaveLength(1);
  });

  it('does not draw the test questions at the end as one more point of the curve', () => {
    expect(run.evaluations.at(-1)?.split).toBe('test');
    expect(seriesOf(['logits'], run.evaluations, 'add')).toEqual(seriesOf(['logits'], run.evaluations.slice(0, -1), 'add'));
  });

  it('is empty before the first measurement', () => {
    expect(seriesOf(['logits'], [], 'add')).toEqual([{ arm: 'logits', points: [] }]);
    expect(totalsOf(['logits'], [])).toEqual([]);
  });
});

it.each(['toString', 'constructor', '__proto__', 'nothing'])('measures nothing that is not a figure: %s', (metric) => {
  expect(measure(first, 'add')).toBeTypeOf('number');
  expect(measure(first, metric)).toBeUndefined();
});

describe('cost', () => {
  it('has three rising totals, and none for a teacher that an arm never saw', () => {
    const [logits, scratch] = totalsOf(['logits', 'scratch'], run.evaluations);
    expect(logits?.queries).toBeGreaterThan(logits?.student ?? 0);
    expect(logits?.teacher).toBeGreaterThan(logits?.queries ?? 0);
    expect(scratch).toMatchObject({ queries: scratch?.student, teacher: scratch?.student });
  });
});

it('takes the middle of an odd and the mean of the middle two of an even number', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});
