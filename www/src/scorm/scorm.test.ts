import { describe, expect, test } from 'vitest';
import { Course, sessionTime } from './course';
import { findApi, type Api, type Around } from './find';
import { readHeard } from './heard';

/** A platform that writes down what it is told. */
function platform(status = 'not attempted', answers: Partial<Api> = {}): { api: Api; calls: string[] } {
  const calls: string[] = [];
  const values: Record<string, string> = { 'cmi.core.lesson_status': status };
  const api: Api = {
    LMSInitialize: () => (calls.push('initialize'), 'true'),
    LMSGetValue: (element) => values[element] ?? '',
    LMSSetValue: (element, value) => (calls.push(`${element}=${value}`), (values[element] = value), 'true'),
    LMSCommit: () => 'true',
    LMSFinish: () => (calls.push('finish'), 'true'),
    ...answers,
  };
  return { api, calls };
}

/** A window that is its own parent, or lies within another. */
function around(parent?: Around, more: Partial<Around> = {}): Around {
  const made = { ...more } as { parent?: Around };
  made.parent = parent ?? (made as Around);
  return made as Around;
}

describe('the platform is found', () => {
  const { api } = platform();

  test('in the page itself, in a page around it, and around the page that opened it', () => {
    expect(findApi(around(undefined, { API: api }))).toBe(api);
    expect(findApi(around(around(around(undefined, { API: api }))))).toBe(api);
    const opener = around(around(undefined, { API: api }));
    expect(findApi(around(undefined, { opener }))).toBe(api);
    expect(findApi(around(around(around(undefined, { opener }))))).toBe(api);
  });

  test('the nearest one counts', () => {
    expect(findApi(around(around(undefined, { API: platform().api }), { API: api }))).toBe(api);
  });

  test('what only has its name is none', () => {
    for (const API of [undefined, null, 'API', {}, { LMSInitialize: 1 }, { LMSInitialize: () => 'true' }]) expect(findApi(around(undefined, { API }))).toBeUndefined();
  });

  test('a circle of windows, and one that may not be looked into, end the search', () => {
    const first = { API: undefined } as { API: unknown; parent?: Around };
    const second = { API: undefined, parent: first } as unknown as Around;
    first.parent = second;
    expect(findApi(first as Around)).toBeUndefined();
    const denied = new Proxy({}, { get: () => { throw new DOMException('denied', 'SecurityError'); } }) as Around;
    expect(findApi(around(denied))).toBeUndefined();
    expect(findApi(around(undefined, { opener: denied }))).toBeUndefined();
  });
});

describe('the platform is told', () => {
  const clock = (): (() => number) => {
    let now = 0;
    return () => (now += 65_430);
  };

  test('that it was begun, that a run has ended, how long it took, and nothing else', () => {
    const { api, calls } = platform();
    const course = new Course(api, clock());
    course.complete();
    course.complete();
    course.finish();
    course.finish();
    course.complete();
    expect(calls).toEqual(['initialize', 'cmi.core.lesson_status=incomplete', 'cmi.core.lesson_status=completed', 'cmi.core.session_time=0000:01:05.43', 'finish']);
  });

  test('nothing that takes back what is settled', () => {
    for (const status of ['completed', 'passed', 'failed']) {
      const { api, calls } = platform(status);
      const course = new Course(api, clock());
      course.complete();
      expect(calls).toEqual(['initialize']);
    }
  });

  test('nothing more, if it does not answer', () => {
    for (const LMSInitialize of [() => 'false', () => { throw new Error('no'); }]) {
      const { api, calls } = platform('', { LMSInitialize });
      const course = new Course(api, clock());
      course.complete();
      course.finish();
      expect(course.connected).toBe(false);
      expect(calls).toEqual([]);
    }
  });

  test('the rest, if it refuses something', () => {
    const { api, calls } = platform('', { LMSCommit: () => { throw new Error('no'); }, LMSGetValue: () => { throw new Error('no'); } });
    const course = new Course(api, clock());
    course.complete();
    course.finish();
    expect(calls.at(-1)).toBe('finish');
    expect(calls).toContain('cmi.core.lesson_status=completed');
  });
});

test('times are written as SCORM 1.2 has them', () => {
  expect(sessionTime(0)).toBe('0000:00:00.00');
  expect(sessionTime(59_999)).toBe('0000:01:00.00');
  expect(sessionTime(3_723_500)).toBe('0001:02:03.50');
  expect(sessionTime(-5)).toBe('0000:00:00.00');
  expect(sessionTime(1e15)).toMatch(/^9999:/);
});

test('of the frame, only what is known is heard', () => {
  const say = (message: object): unknown => readHeard({ from: 'stillroom', version: 1, ...message });
  expect(say({ type: 'height', height: 812.2 })).toEqual({ type: 'height', height: 813 });
  expect(say({ type: 'height', height: 1e9 })).toEqual({ type: 'height', height: 20_000 });
  expect(say({ type: 'result', students: [{ secret: 1 }] })).toEqual({ type: 'result' });
  for (const height of [NaN, Infinity, '700', undefined]) expect(say({ type: 'height', height })).toBeUndefined();
  for (const stranger of [null, 'result', { type: 'result' }, { from: 'stillroom', version: 2, type: 'result' }, { from: 'stillroom', version: 1, type: 'ready' }]) expect(readHeard(stranger)).toBeUndefined();
});
