import { describe, expect, it } from 'vitest';
import { inventedBands, inventedRun } from '../../dev/invented';
import { defaultsOf, experimentOf, experiments, type Experiment } from '../../state/experiment';
import { RunView } from '../../state/view.svelte';
import type { RunFile } from '../../wasm/stillroom.js';
import { Context, figuresOf } from '.';
import type { Figure } from './figure';

function viewOf(run: RunFile, experiment: Experiment): RunView {
  const view = new RunView('live', '', experiment);
  view.apply({ type: 'ready', device: run.device });
  view.apply({ type: 'prepared', plan: run.plan, teacher: run.teacher });
  for (const evaluation of run.evaluations) view.apply({ type: 'evaluated', evaluation });
  view.apply({ type: 'finished', run });
  return view;
}

const all = (experiment: Experiment, run?: RunFile, bands = false): Figure[] =>
  figuresOf(new Context(experiment, run && viewOf(run, experiment), defaultsOf(experiment.settings), bands ? inventedBands(experiment.id, Number(defaultsOf(experiment.settings)['steps'])) : undefined));
const find = (figures: Figure[], id: string): Figure => figures.find((figure) => figure.id === id) as Figure;

describe.each(experiments)('the figures of $id', (experiment) => {
  const steps = Number(defaultsOf(experiment.settings)['steps']);
  const run = inventedRun({ experiment: experiment.id, steps });

  it('are those of the catalogue, in its order', () => {
    expect(all(experiment, run).map((figure) => figure.id)).toEqual(experiment.figures.map((figure) => figure.id));
  });

  it('are empty before a run, and say so', () => {
    for (const figure of all(experiment)) {
      expect(figure.panels).toEqual([]);
      expect(figure.summary).not.toBe('');
      expect(figure.waiting).not.toBe('');
    }
  });

  it('are all drawn after one, with words and numbers in even rows', () => {
    for (const figure of all(experiment, run)) {
      expect(figure.panels.length, figure.id).toBeGreaterThan(0);
      expect(figure.summary, figure.id).toMatch(/\d/);
      expect(figure.summary).not.toMatch(/undefined|NaN|null/);
      expect(figure.rows.length).toBeGreaterThan(0);
      for (const row of figure.rows) expect(row, figure.id).toHaveLength(figure.columns.length);
      expect(new Set(figure.columns).size).toBe(figure.columns.length);
    }
  });

  it('show the reference before a run, where one was made', () => {
    const drawn = all(experiment, undefined, true).filter((figure) => figure.panels.length);
    expect(drawn.length).toBeGreaterThan(0);
    for (const figure of drawn) {
      expect(figure.reference, figure.id).toBeTruthy();
      // Whoever cannot see the chart finds the same in its words and in its table.
      expect(figure.summary, figure.id).toMatch(/\d/);
      expect(figure.rows.flat().filter((cell) => typeof cell === 'number').length, figure.id).toBeGreaterThan(figure.panels.length);
      for (const row of figure.rows) expect(row, figure.id).toHaveLength(figure.columns.length);
    }
  });

  it('draw the arms of the run only', () => {
    const arms = (run.plan.settings.arms ?? []).slice(0, 2);
    for (const figure of all(experiment, inventedRun({ experiment: experiment.id, arms, steps }), true)) {
      const { kind } = experiment.figures.find(({ id }) => id === figure.id) ?? {};
      if (kind === 'arms') expect(figure.rows).toHaveLength(arms.length * figure.panels.length);
      else if (kind !== 'spectrum') expect(figure.legend.map((entry) => entry.id)).toEqual(arms);
    }
  });
});

it('a reference for other settings is left out', () => {
  const guardrails = experimentOf('guardrails');
  const figures = all(guardrails, inventedRun({ experiment: 'guardrails', steps: 60 }), true);
  for (const figure of figures) expect(figure.reference).toBeUndefined();
});

it('an interval over questions is not taken for one over seeds', () => {
  const guardrails = experimentOf('guardrails');
  const note = (seeds: number): string => find(all(guardrails, inventedRun({ experiment: 'guardrails', seeds })), 'refusals').note;
  expect(note(1)).toContain('over questions');
  expect(note(1)).not.toContain('median of the seeds');
  expect(note(3)).toContain('median of the seeds');
  expect(note(3)).not.toContain('over questions');
});

it('each student is held against its own teacher, which is measured at the end', () => {
  const bias = experimentOf('bias');
  const run = inventedRun({ experiment: 'bias' });
  const rows = find(all(bias, run), 'inheritance').rows;
  expect(rows.map((row) => row[1])).toEqual(run.plan.members.map((member) => member.against));
  expect(find(all(bias, { ...run, evaluations: run.evaluations.slice(0, -1) }), 'inheritance').panels).toEqual([]);
});

it('an arm for which nothing was bought is named, since a logarithm has no place for it', () => {
  const ladder = find(all(experimentOf('access'), inventedRun({ experiment: 'access' })), 'ladder');
  expect(ladder.note).toContain('nothing was bought for it: True');
  expect(ladder.summary).toContain('Every logit');
});

describe.each(experiments)('earlier runs in the figures of $id', (experiment) => {
  const id = experiment.id;
  const steps = Number(defaultsOf(experiment.settings)['steps']);
  const kept = [1, 2].map((number) => ({ number, name: `named ${number}`, run: inventedRun({ experiment: id, seed: 10 + number, steps: steps * number }), source: 'here' as const, hidden: false }));
  const beside = (view: RunView | undefined): Figure[] => figuresOf(new Context(experiment, view, defaultsOf(experiment.settings), undefined, kept));

  it('have a chip in the legend, their numbers in the table and their words in the summary', () => {
    const run = inventedRun({ experiment: id, steps });
    const alone = all(experiment, run);
    beside(viewOf(run, experiment)).forEach((figure, at) => {
      expect(figure.legend.filter((entry) => entry.run).map((entry) => entry.label)).toEqual(['named 1', 'named 2']);
      expect(figure.columns).toEqual(['run', ...(alone[at]?.columns ?? [])]);
      expect(figure.rows.length).toBe(3 * (alone[at]?.rows.length ?? 0));
      for (const row of figure.rows) expect(row).toHaveLength(figure.columns.length);
      expect(figure.summary.startsWith(alone[at]?.summary ?? '?')).toBe(true);
      expect(figure.summary).toMatch(/Earlier run 1, named 1: .*Earlier run 2, named 2: /);
    });
  });

  it('are drawn even before the first measurement of the next one', () => {
    for (const figure of beside(undefined)) expect(figure.panels.length, figure.id).toBeGreaterThan(0);
  });
});

it('a student that only an earlier run has is in the legend, and the note does not speak of it', () => {
  const access = experimentOf('access');
  const run = inventedRun({ experiment: 'access', arms: ['full', 'top5'] });
  const kept = [{ number: 4, name: 'other', run: inventedRun({ experiment: 'access', arms: ['full', 'truth'] }), source: 'here' as const, hidden: false }];
  const ladder = find(figuresOf(new Context(access, viewOf(run, access), {}, undefined, kept)), 'ladder');
  expect(ladder.legend.map((entry) => entry.id)).toEqual(['full', 'top5', 'truth', 'run-4']);
  expect(ladder.note).not.toContain('nothing was bought');
});
