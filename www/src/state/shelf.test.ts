import { describe, expect, it } from 'vitest';
import { inventedRun } from '../dev/invented';
import type { Driver } from '../worker/messages';
import { experimentOf } from './experiment';
import { MOST_RUNS, Shelf } from './shelf.svelte';
import { RunView } from './view.svelte';

const capability = experimentOf('capability');
const numbers = (shelf: Shelf): number[] => shelf.runs.map(({ number }) => number);
const filled = (amount: number): Shelf => {
  const shelf = new Shelf();
  for (let seed = 1; seed <= amount; seed++) shelf.add(inventedRun({ seed }), 'here');
  return shelf;
};

describe('the shelf', () => {
  it('keeps the last few runs, each once, under numbers that stay', () => {
    const shelf = filled(MOST_RUNS + 2);
    expect(numbers(shelf)).toEqual([3, 4, 5, 6, 7]);
    expect(shelf.pushedOut?.number).toBe(2);
    const last = shelf.runs.at(-1);
    expect(last && shelf.add(last.run, 'here')).toBe(last);
    expect(shelf.runs).toHaveLength(MOST_RUNS);
  });

  it('lays over a run those of its experiment, but not itself', () => {
    const shelf = filled(2);
    shelf.add(inventedRun({ experiment: 'bias' }), 'file', 'theirs.json');
    expect(shelf.besides(capability, shelf.runs[1]?.run).map(({ number }) => number)).toEqual([1]);
    expect(shelf.besides(experimentOf('bias'), undefined).map(({ name }) => name)).toEqual(['theirs.json']);
  });

  it('renames within bounds, and keeps the old name where the new one is empty', () => {
    const shelf = filled(1);
    shelf.change(1, { name: ' first ' });
    expect(shelf.runs[0]?.name).toBe('first');
    shelf.change(1, { name: '   ' });
    expect(shelf.runs[0]?.name).toBe('first');
    shelf.change(1, { name: 'x'.repeat(1000), hidden: true });
    expect(shelf.runs[0]).toMatchObject({ name: 'x'.repeat(60), hidden: true });
  });

  it('gives back what was removed, in its place', () => {
    const shelf = filled(3);
    shelf.compared = 2;
    shelf.remove(2);
    expect(numbers(shelf)).toEqual([1, 3]);
    expect(shelf.compared).toBeUndefined();
    shelf.undo();
    expect(numbers(shelf)).toEqual([1, 2, 3]);
    shelf.undo();
    expect(numbers(shelf)).toEqual([1, 2, 3]);
  });
});

describe('a run that is given up', () => {
  const run = inventedRun();
  const answering = { request: () => Promise.resolve({ type: 'runSaved', id: 0, run }) } as unknown as Driver;
  const begun = (steps: number): RunView => {
    const view = new RunView('live', '', capability);
    view.apply({ type: 'prepared', plan: run.plan, teacher: run.teacher });
    for (const evaluation of run.evaluations.slice(0, steps)) view.apply({ type: 'evaluated', evaluation });
    return view;
  };

  it('is kept once it was measured after its start', async () => {
    const shelf = new Shelf();
    await shelf.takeStopped(begun(1), answering);
    expect(shelf.runs).toEqual([]);
    await shelf.takeStopped(begun(2), answering);
    expect(shelf.runs).toHaveLength(1);
  });

  it('is not kept twice when it ends meanwhile, and not at all where the device is gone', async () => {
    const shelf = new Shelf();
    const view = begun(2);
    const kept = shelf.takeStopped(view, answering);
    view.apply({ type: 'finished', run });
    await kept;
    await shelf.takeStopped(begun(2), { request: () => Promise.reject(new Error('gone')) } as unknown as Driver);
    expect(shelf.runs).toEqual([]);
  });
});
