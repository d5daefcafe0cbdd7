import { expect, it } from 'vitest';
import { race, runs } from '../content/explainer/experiments';
import { readPageAddress } from './address';
import { defaultsOf, experimentOf } from './experiment';
import { Stage } from './stage.svelte';

const begun = (search: string): Stage => {
  const stage = new Stage();
  stage.begin(search);
  return stage;
};

it('a run is made with the defaults of its experiment, but for what it says itself', () => {
  const stage = begun('');
  const defaults = defaultsOf(experimentOf('bias').settings);
  expect(stage.valuesOf(runs.bias)).toEqual({ ...defaults, arms: runs.bias.settings.arms });
  expect(stage.valuesOf(race)).toMatchObject(race.settings);
  expect(stage.address).toBe('');
  expect(stage.strangers).toBeUndefined();
});

it('an address may change the size and the seed of all runs, the device and the colours', () => {
  const stage = begun('?steps=20&seed=7&backend=cpu&theme=dark');
  for (const run of [race, runs.copy, runs.guardrails]) expect(stage.valuesOf(run)).toMatchObject({ steps: 20, seed: 7 });
  expect(stage.address).toBe('?backend=cpu&theme=dark&steps=20&seed=7');
  expect(stage.strangers).toBeUndefined();
});

it('what only the lab understands is named, and leads there', () => {
  const stage = begun('?experiment=guardrails&hazard=memorised&steps=-4');
  expect(stage.strangers?.text).toContain('experiment');
  expect(stage.strangers?.text).toContain('hazard');
  expect(stage.strangers?.lab).toBe('./lab.html?experiment=guardrails&hazard=memorised&steps=-4');
  expect(stage.valuesOf(runs.bias)).toEqual({ ...defaultsOf(experimentOf('bias').settings), arms: runs.bias.settings.arms });
});

it('the lab opens with the same experiment and the same settings', () => {
  const stage = begun('?budget=100&backend=cpu');
  for (const run of [race, ...Object.values(runs)]) {
    const { experiment, values, page, ignored } = readPageAddress(stage.labAddress(run).replace(/^\.\/lab\.html/, ''));
    expect(experiment.id).toBe(run.experiment);
    expect(values).toEqual(stage.valuesOf(run));
    expect(page['backend']).toBe('cpu');
    expect(ignored).toEqual([]);
  }
});

it('nothing is loaded before it is asked for', () => {
  const stage = begun('');
  expect(stage.lab).toBeUndefined();
  expect(stage.viewOf(race)).toBeUndefined();
});
