import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inventedRun } from '../dev/invented';
import type { FromWorker } from './messages';
import { Playback } from './playback';

const run = inventedRun();
let events: FromWorker[];
let playback: Playback;
const count = (type: FromWorker['type']): number => events.filter((event) => event.type === type).length;

beforeEach(() => {
  vi.useFakeTimers();
  events = [];
  playback = new Playback(run, (batch) => events.push(...batch));
});

afterEach(() => {
  playback.close();
  vi.useRealTimers();
});

it('plays every measurement once and then finishes', () => {
  playback.open(false);
  expect(count('evaluated')).toBe(0);
  playback.send({ type: 'start' });
  vi.advanceTimersByTime(60_000);
  expect(count('evaluated')).toBe(run.evaluations.length);
  expect(count('finished')).toBe(1);
  expect(events.at(-1)).toEqual({ type: 'finished', run });
});

it('stands still while paused, steps to the next measurement, and starts over', () => {
  playback.open(false);
  playback.send({ type: 'start' });
  vi.advanceTimersByTime(3_000);
  playback.send({ type: 'pause' });
  const seen = count('evaluated');
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(run.evaluations.length);
  vi.advanceTimersByTime(60_000);
  expect(count('evaluated')).toBe(seen);
  playback.send({ type: 'step' });
  expect(count('evaluated')).toBe(seen + 1);
  playback.send({ type: 'reset' });
  events = [];
  playback.send({ type: 'step' });
  expect(events.find((event) => event.type === 'evaluated')).toMatchObject({ evaluation: { step: 0 } });
});

it('shows an opened run whole, and gives its file back', async () => {
  playback.open(true);
  expect(count('finished')).toBe(1);
  expect((await playback.request({ type: 'saveRun' }, 'runSaved')).run).toBe(run);
  await expect(playback.request({ type: 'ask', prompt: 'x' }, 'answered')).rejects.toThrow(/recorded/);
});
