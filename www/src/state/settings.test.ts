import { describe, expect, it } from 'vitest';
import type { Settings } from '../wasm/stillroom.js';
import { defaultsOf, experimentOf, type Values } from './experiment';
import { formValues, nameOf, settingChanges } from './settings';

const capability = experimentOf('capability');
const usual: Values = { ...defaultsOf(capability.settings), arms: ['logits', 'text'] };
/** As the engine writes them: all that there are, whether the experiment uses them or not. */
const written = (more: object): Settings => ({ experiment: 'capability', hazard: 'composed', ...usual, ...more }) as unknown as Settings;

describe('what differs between the settings of two runs', () => {
  it('is nothing where nothing does, in whatever order students are listed', () => {
    expect(settingChanges(capability, usual, { ...usual, arms: ['text', 'logits'] })).toEqual([]);
  });

  it('is said by labels and in the words of the form', () => {
    const changes = settingChanges(capability, usual, { ...usual, budget: 1000, access: 'top20', seed: 2 });
    expect(changes).toEqual([
      { key: 'access', label: 'What the API shows', before: 'Every logit', after: 'The 20 most likely words' },
      { key: 'budget', label: 'Query budget', before: '4,000 questions', after: '1,000 questions' },
      { key: 'seed', label: 'Seed', before: '1', after: '2' },
    ]);
  });

  it('names only the students that are in one of them', () => {
    const [change] = settingChanges(capability, usual, { ...usual, arms: ['text', 'scratch'] });
    expect(change).toMatchObject({ key: 'arms', before: 'with Copied from probabilities', after: 'with Never saw the teacher' });
    expect(settingChanges(capability, usual, { ...usual, arms: ['text'] })[0]).toMatchObject({ after: 'without' });
  });
});

it('a run is named after its seed and what is unusual about it', () => {
  const all = defaultsOf(capability.settings);
  expect(nameOf(capability, { ...all, seed: 3 })).toBe('seed 3');
  expect(nameOf(capability, { ...all, budget: 50, steps: 6, items: 5 })).toBe('seed 1, query budget 50, training steps 6, 1 more');
});

describe('settings of a run file in the form', () => {
  it('are taken as they are where they fit, and nothing is said', () => {
    const { values, misfits } = formValues(capability, written({ budget: 50, seed: 7 }));
    expect(values).toEqual({ ...usual, budget: 50, seed: 7 });
    expect(misfits).toEqual([]);
  });

  it.each([
    ['too large', { steps: 20_001 }, 'steps', 600, /^steps takes a whole number from 1 to 20000, not “20001”, so training steps 600 steps is taken$/],
    ['too small', { budget: 0 }, 'budget', 4000, /^budget takes/],
    ['no whole number', { seed: 1.5 }, 'seed', 1, /^seed takes/],
    ['not a number', { temperature: '<img src=x>' }, 'temperature', 1, /^temperature takes a number .*“<img src=x>”/],
    ['of no choice', { access: '__proto__' }, 'access', 'full', /^access takes one of/],
    ['missing', { items: null }, 'items', 100, /^it does not say items/],
  ])('are left at their default and named where they are %s', (_, more, key, value, words) => {
    const { values, misfits } = formValues(capability, written(more));
    expect(values[key]).toBe(value);
    expect(misfits).toEqual([expect.stringMatching(words)]);
  });

  it('take no empty and no doubled list of students', () => {
    for (const arms of [[], ['text', 'text'], ['<b>']]) {
      const { values, misfits } = formValues(capability, written({ arms }));
      expect(values['arms']).toEqual(capability.settings.find((row) => row.key === 'arms')?.default);
      expect(misfits).toHaveLength(1);
    }
  });

  it('are named where this experiment has no use for what somebody has set', () => {
    expect(formValues(capability, written({ hazard: 'memorised' })).misfits).toEqual(['“hazard” is no setting of this experiment here']);
    expect(formValues(experimentOf('bias'), { ...written({}), ...defaultsOf(experimentOf('bias').settings), hardLabels: 0.5 } as Settings).misfits).toHaveLength(1);
  });
});
