import { describe, expect, it } from 'vitest';
import { inventedRun } from '../dev/invented';
import { experiments } from './experiment';
import { LARGEST_FILE, openRunFile, readRunFile } from './runfile';

type Loose = Record<string, never> & { [key: string]: Loose };
const text = JSON.stringify(inventedRun({ seeds: 2 }));
const damaged = (change: (run: Loose) => void): string => {
  const run = JSON.parse(text) as Loose;
  change(run);
  return JSON.stringify(run);
};

describe('a run file', () => {
  it.each(experiments.map((experiment) => experiment.id))('is read as it was written: %s', (experiment) => {
    const content = JSON.stringify(inventedRun({ experiment, seeds: 2 }));
    expect(readRunFile(content)).toEqual(JSON.parse(content));
  });

  it('may lack what a run of few questions has none of', () => {
    const content = damaged((run) => {
      delete run['spectra'];
      delete run['evaluations']?.[0]?.['teachers'];
      delete run['samples']?.[0]?.['teacher']?.['refused'];
    });
    expect(() => readRunFile(content)).not.toThrow();
  });

  it('may say that its self-test passed, as older ones do', () => {
    const content = damaged((run) => Object.assign(run['device']?.['selfTest'] ?? {}, { passed: true }));
    expect(JSON.parse(content)).toHaveProperty('device.selfTest.passed', true);
    expect(() => readRunFile(content)).not.toThrow();
  });

  it('may lack numbers that were not measured', () => {
    expect(() => readRunFile(damaged((run) => Object.assign(run['evaluations']?.[0]?.['members']?.[0]?.['figures'] ?? {}, { kl: null })))).not.toThrow();
  });

  it.each([
    ['truncated', text.slice(0, -50), /not valid JSON/],
    ['empty', '', /not valid JSON/],
    ['NaN', text.replace(/"seconds":\d+/, '"seconds":NaN'), /not valid JSON/],
    ['infinite', text.replace(/"seconds":\d+/, '"seconds":1e999'), /“seconds” is not a finite number/],
    ['null', 'null', /not a run file/],
    ['a list', '[]', /not a run file/],
    ['of another kind', '{"format":"other"}', /not a run file/],
    ['of another version', damaged((run) => Object.assign(run, { version: 1 })), /another version/],
    ['without a plan', damaged((run) => delete run['plan']), /“plan” is not an object/],
    ['with a stranger', damaged((run) => Object.assign(run, { extra: 1 })), /“extra” is not a known field/],
    ['with a text for a number', damaged((run) => Object.assign(run, { seconds: '9' })), /“seconds”/],
    ['with an unknown arm', damaged((run) => Object.assign(run['plan']?.['members']?.[0] ?? {}, { arm: '<b>' })), /plan\.members\[0\]\.arm/],
    ['with an arm of another experiment', damaged((run) => Object.assign(run['plan']?.['members']?.[0] ?? {}, { arm: 'allText' })), /plan\.members\[0\]\.arm/],
    ['with unknown arms in its settings', damaged((run) => Object.assign(run['plan']?.['settings'] ?? {}, { arms: ['<b>'] })), /plan\.settings\.arms/],
    ['of an unknown experiment', damaged((run) => Object.assign(run, { experiment: '<b>' })), /“experiment”/],
    ['of two experiments', damaged((run) => Object.assign(run, { experiment: 'bias' })), /“experiment”/],
    ['with an unknown teacher', damaged((run) => Object.assign(run['plan']?.['members']?.[0] ?? {}, { against: 'mine' })), /against/],
    ['with a figure of no name', damaged((run) => Object.assign(run['evaluations']?.[1]?.['members']?.[0]?.['figures'] ?? {}, { '<b>': 1 })), /a known field/],
    ['with a figure that every object has', damaged((run) => Object.assign(run['teacher']?.['scores'] ?? {}, { toString: 1 })), /a known field/],
    ['with a text for a figure', damaged((run) => Object.assign(run['evaluations']?.[1]?.['members']?.[0]?.['figures'] ?? {}, { kl: '1' })), /figures\.kl/],
    ['with half a question', damaged((run) => Object.assign(run['evaluations']?.[1]?.['members']?.[0]?.['items'] ?? {}, { add: 0.5 })), /items\.add/],
    ['with students in another order', damaged((run) => (run['evaluations']?.[1]?.['members'] as unknown as unknown[]).reverse()), /do not fit/],
    ['with a share above 1', damaged((run) => Object.assign(run['evaluations']?.[1]?.['members']?.[0]?.['figures'] ?? {}, { agreement: 7 })), /agreement/],
    ['with a refusal that is no yes or no', damaged((run) => Object.assign(run['samples']?.[0]?.['teacher'] ?? {}, { refused: 'x' })), /refused/],
    ['with too few members', damaged((run) => (run['evaluations']?.[1]?.['members'] as unknown as unknown[]).pop()), /do not fit/],
    ['out of order', damaged((run) => (run['evaluations'] as unknown as unknown[]).reverse()), /not in order/],
    ['deep', `${'['.repeat(100_000)}`, /not valid JSON/],
  ])('is refused when %s', (_, content, message) => {
    expect(() => readRunFile(content)).toThrow(message);
  });

  it('is refused with one sentence that does not grow with the file', () => {
    const content = damaged((run) => Object.assign(run, { ['x'.repeat(10_000)]: 1 }));
    expect(() => readRunFile(content)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{20,120}\.$/) }));
  });

  it('is refused unread when it is too large', async () => {
    const huge = { size: LARGEST_FILE + 1, text: () => Promise.reject(new Error('read')) } as unknown as Blob;
    await expect(openRunFile(huge)).rejects.toThrow(/too large/);
    await expect(openRunFile(new Blob([]))).rejects.toThrow(/empty/);
    await expect(openRunFile(new Blob([text]))).resolves.toBeTruthy();
  });
});
