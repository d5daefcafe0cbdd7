import { expect, test } from 'vitest';
import type { Inspect, Inspection } from '../wasm/stillroom.js';
import { Inspector } from './inspect.svelte';
import type { Lab } from './lab.svelte';

type Asked = { type: string; wanted?: Inspect };

/** A lab whose engine answers when it is told to. */
function stand(kept: number[] = []) {
  const asked: Asked[] = [];
  const waiting: { resolve(event: unknown): void; reject(error: Error): void }[] = [];
  const members = [1, 1, 1, 1, 2].map((seed, index) => ({ arm: `arm${index}`, seed }));
  const lab = {
    view: { source: 'live', running: true, kept, plan: { members } },
    canAsk: true,
    step: () => asked.push({ type: 'step' }),
    pause: () => asked.push({ type: 'pause' }),
    request: (command: Asked) => {
      asked.push(command);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
  };
  const inspector = new Inspector(lab as unknown as Pick<Lab, 'view' | 'canAsk' | 'request' | 'step' | 'pause'>);
  inspector.reset('please moss + ember =');
  const answer = async (inspection: Partial<Inspection>): Promise<void> => {
    waiting.shift()?.resolve({ inspection });
    await new Promise((resolve) => setTimeout(resolve));
  };
  const refuse = async (text: string): Promise<void> => {
    waiting.shift()?.reject(new Error(text));
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { inspector, asked, answer, refuse };
}

const mo: Partial<Inspection> = { read: ['[BOS]', 'please', 'moss', '+', 'ember', '=', 'mo', 'brel'], first: 6, prefix: 0, ended: true };

test('the students of the first seed are looked at, three at most', () => {
  const { inspector } = stand();
  expect(inspector.students).toEqual([0, 1, 2]);
});

test('one question at a time, and after it the newest that was asked meanwhile', async () => {
  const { inspector, asked, answer } = stand([0, 75]);
  void inspector.look();
  inspector.held = 0;
  void inspector.look();
  void inspector.look();
  expect(asked).toHaveLength(1);
  await answer(mo);
  expect(asked.map((one) => one.wanted?.step)).toEqual([75, 0]);
  await answer(mo);
  expect(asked).toHaveLength(2);
  expect(inspector.busy).toBe(false);
  expect(inspector.answer).toEqual(['mo', 'brel', '[EOS]']);
});

test('a word goes into the answer where one is looking, and the next one is looked at', async () => {
  const { inspector, asked, answer } = stand();
  void inspector.look();
  await answer(mo);
  inspector.word = 1;
  inspector.say('dorn');
  expect([inspector.prefix, inspector.word]).toEqual(['mo dorn', 2]);
  void inspector.look();
  expect(asked.at(-1)?.wanted).toEqual({ prompt: 'please moss + ember =', prefix: 'mo dorn', writer: null, teacher: null, step: null, members: [0, 1, 2] });
  inspector.ask('please 1 + 1 =');
  expect([inspector.prefix, inspector.word]).toEqual(['', 0]);
});

test('a refusal is shown, unless another question has overtaken it', async () => {
  const { inspector, answer, refuse } = stand();
  void inspector.look();
  void inspector.look();
  await refuse('old news');
  expect(inspector.problem).toBe('');
  await answer(mo);
  void inspector.look();
  await refuse('“zebra” is not a word of this world.');
  expect([inspector.problem, inspector.seen]).toEqual(['“zebra” is not a word of this world.', undefined]);
});

test('a step that was let go of is followed by the newest', () => {
  const { inspector } = stand([0, 150]);
  inspector.held = 75;
  expect(inspector.step).toBe(150);
});

test('a slow step pauses, asks before, steps, and asks after, over the same beginning', async () => {
  const { inspector, asked, answer } = stand([0]);
  void inspector.look();
  await answer(mo);
  inspector.word = 1;
  const done = inspector.slowly(2);
  expect(asked.slice(1).map((one) => one.type)).toEqual(['pause', 'inspect', 'step', 'inspect']);
  for (const one of [asked[2], asked[4]]) expect(one?.wanted).toMatchObject({ prefix: 'mo', step: null, members: [2] });
  await answer({ step: 0 });
  await answer({ step: 1 });
  await done;
  expect([inspector.slow?.before.step, inspector.slow?.after.step]).toEqual([0, 1]);
});
