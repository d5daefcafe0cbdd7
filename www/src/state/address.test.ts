import { describe, expect, it } from 'vitest';
import { PAGE_ROWS, readAddress, readPageAddress, writeAddress, writePageAddress } from './address';
import { echo } from './check';
import { defaultsOf, experimentOf, experiments, type SettingRow } from './experiment';

const choices = (...names: string[]) => names.map((value) => ({ value, label: value, help: '' }));
const none = { min: null, max: null, step: null, unit: '', help: '', choices: [] };
const rows: SettingRow[] = [
  { ...none, key: 'steps', label: '', kind: 'integer', min: 1, max: 1000, default: 600 },
  { ...none, key: 'temperature', label: '', kind: 'number', min: 0.25, max: 20, default: 1 },
  { ...none, key: 'teacher', label: '', kind: 'choice', default: 'main', choices: choices('main', 'imperfect') },
  { ...none, key: 'arms', label: '', kind: 'arms', default: ['logits', 'text'], choices: choices('logits', 'text') },
];
const defaults = defaultsOf(rows);

describe('an address', () => {
  it('is the defaults when empty', () => {
    expect(readAddress('', rows)).toEqual({ values: defaults, ignored: [] });
    expect(readAddress('?', rows)).toEqual({ values: defaults, ignored: [] });
  });

  it('gives the values that fit', () => {
    const { values, ignored } = readAddress('?steps=50&temperature=2.5&teacher=imperfect&arms=text', rows);
    expect(values).toEqual({ steps: 50, temperature: 2.5, teacher: 'imperfect', arms: ['text'] });
    expect(ignored).toEqual([]);
  });

  it.each([
    'steps=NaN', 'steps=1e99', 'steps=Infinity', 'steps=', 'steps', 'steps=0', 'steps=1001', 'steps=1.5', 'steps=0x10',
    'steps=+5', 'steps=-5', 'temperature=-1', 'temperature=1e1', 'teacher=other', 'teacher=toString', 'arms=',
    'arms=text,text', 'arms=text,evil', 'arms=__proto__', '__proto__=1', 'constructor=1', 'hasOwnProperty=1', 'unknown=1',
    '%=1', 'steps=%E0%A4%A', '<script>alert(1)</script>=1', 'steps=<img src=x>', '=', '=5',
  ])('keeps the defaults and says so: %s', (query) => {
    const { values, ignored } = readAddress(`?${query}`, rows);
    expect(values).toEqual(defaults);
    expect(ignored).toHaveLength(1);
    expect(ignored[0]?.length).toBeLessThan(200);
  });

  it('ignores a key that is there twice', () => {
    const { values, ignored } = readAddress('?steps=5&steps=6&steps=7', rows);
    expect(values).toEqual(defaults);
    expect(ignored).toEqual(['steps, which is there more than once']);
  });

  it('ignores ten thousand characters with one short phrase', () => {
    const { values, ignored } = readAddress(`?steps=5&x=${'a'.repeat(10_000)}`, rows);
    expect(values).toEqual(defaults);
    expect(ignored).toHaveLength(1);
    expect(ignored.join('').length).toBeLessThan(100);
  });

  it('names only a few of many', () => {
    const { ignored } = readAddress(`?${Array.from({ length: 40 }, (_, index) => `k${index}=1`).join('&')}`, rows);
    expect(ignored).toHaveLength(7);
    expect(ignored.at(-1)).toBe('and 34 more');
  });

  it.each(['0', '65', '1.5', '-1', 'NaN', 'auto', '', '1e1', '0x2', '٣'])('lets no other number of threads through: %s', (text) => {
    const { values, ignored } = readAddress(`?threads=${encodeURIComponent(text)}`, PAGE_ROWS);
    expect(values).toEqual(defaultsOf(PAGE_ROWS));
    expect(ignored).toEqual([`threads takes a whole number from 1 to 64, not “${text}”`]);
    expect(readAddress('?threads=2', PAGE_ROWS).values['threads']).toBe(2);
  });

  it('is written with the changed values only, and reads back', () => {
    expect(writeAddress(defaults, rows)).toBe('');
    const changed = { ...defaults, steps: 10, arms: ['text'] };
    expect(writeAddress(changed, rows)).toBe('?steps=10&arms=text');
    expect(readAddress(writeAddress(changed, rows), rows).values).toEqual(changed);
  });

  it.each(experiments)('has room for every setting of the real table, and its defaults fit it: $id', ({ settings }) => {
    const all = [...PAGE_ROWS, ...settings];
    expect(new Set(all.map((row) => row.key)).size).toBe(all.length);
    const query = all.map((row) => `${row.key}=${String(row.default)}`).join('&');
    expect(readAddress(`?${query}`, all)).toEqual({ values: defaultsOf(all), ignored: [] });
  });
});

describe('an address with an experiment', () => {
  const guardrails = experimentOf('guardrails');

  it('has the settings of that experiment', () => {
    const read = readPageAddress('?experiment=guardrails&hazard=memorised&steps=50');
    expect(read.experiment).toBe(guardrails);
    expect(read.values).toEqual({ ...defaultsOf(guardrails.settings), hazard: 'memorised', steps: 50 });
    expect(read.ignored).toEqual([]);
  });

  it('names a setting of another experiment as ignored', () => {
    const read = readPageAddress('?hazard=memorised&arms=allText');
    expect(read.experiment).toBe(experiments[0]);
    expect(read.values).toEqual(defaultsOf(experiments[0]?.settings ?? []));
    expect(read.ignored).toHaveLength(2);
    expect(read.ignored[0]).toBe('“hazard”, which is no setting here');
  });

  it.each(['nonsense', '', '__proto__', 'constructor', '<img src=x>', 'Guardrails', 'guardrails,bias'])('is of the first one where there is none of that name: %s', (name) => {
    const read = readPageAddress(`?experiment=${encodeURIComponent(name)}&seed=7`);
    expect(read.experiment).toBe(experiments[0]);
    expect(read.values['seed']).toBe(7);
    expect(read.ignored).toHaveLength(1);
    expect(read.ignored[0]).toMatch(/^experiment takes one of /);
  });

  it('that is named twice is none', () => {
    const read = readPageAddress('?experiment=guardrails&experiment=bias');
    expect(read.experiment).toBe(experiments[0]);
    expect(read.ignored).toEqual(['experiment, which is there more than once']);
  });

  it('is written without the first one, and reads back', () => {
    const page = { ...defaultsOf(PAGE_ROWS), theme: 'dark' };
    for (const experiment of experiments) {
      const values = { ...defaultsOf(experiment.settings), seed: 5 };
      const address = writePageAddress(experiment, page, values);
      expect(address.includes('experiment=')).toBe(experiment !== experiments[0]);
      expect(readPageAddress(address)).toMatchObject({ experiment, values, ignored: [] });
    }
  });
});

describe('an echo', () => {
  it('is short, on one line, and harmless text', () => {
    expect(echo('a\nb\u202Ec\u0000')).toBe('a b c ');
    expect(echo('x'.repeat(1000))).toHaveLength(33);
  });
});
