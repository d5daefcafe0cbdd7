import { expect, it } from 'vitest';
import { inventedRun } from '../dev/invented';
import { experimentOf } from './experiment';
import { shareDone, stepsOf } from './progress';
import { RunView } from './view.svelte';

it('a run is done by its answers, then by its steps', () => {
  const run = inventedRun({ experiment: 'capability', steps: 200 });
  const view = new RunView('live', '', experimentOf('capability'));
  expect(shareDone(undefined)).toBe(0);
  expect(shareDone(view)).toBe(0);
  view.apply({ type: 'prepared', plan: run.plan, teacher: run.teacher });
  expect(stepsOf(view)).toBe(200);
  view.apply({ type: 'progress', phase: 'buying', done: 30, total: 120 });
  expect(shareDone(view)).toBe(0.25);
  view.apply({ type: 'progress', phase: 'training', done: 0, total: 200 });
  view.apply({ type: 'trained', step: 150, loss: [], learningRate: 0 });
  expect(shareDone(view)).toBe(0.75);
  view.apply({ type: 'finished', run });
  expect(shareDone(view)).toBe(1);
});
