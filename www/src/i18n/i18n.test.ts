import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import en from './en.json';
import { languages } from './languages';
import { PLACE, Speech, english, type Message, type Strings } from './speech';

const ROOM = new URL('.', import.meta.url);
const codes = readdirSync(ROOM).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));
const stringsOf = (code: string): Strings => JSON.parse(readFileSync(new URL(`${code}.json`, ROOM), 'utf8')) as Strings;
const translated = codes.filter((code) => code !== 'en');

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const places = (text: string): string[] => [...text.matchAll(PLACE)].map(([, name = '']) => name).sort();
const placesOf = (message: Message): string[] => [...new Set(forms(message).flatMap(places))].sort();

it('every language has a file, and every file a language with a name, a tag and a code of its own', () => {
  expect(languages.map((language) => language.code).sort()).toEqual([...codes].sort());
  expect(languages[0]?.code).toBe('en');
  for (const { code, tag, name } of languages) {
    expect(name.trim(), code).not.toBe('');
    expect(Intl.getCanonicalLocales(tag), code).toEqual([tag]);
    expect(tag.split('-')[0]).toBe(code.split('-')[0]);
  }
  for (const key of ['code', 'tag', 'name'] as const) expect(new Set(languages.map((language) => language[key])).size).toBe(languages.length);
});

it.each(translated)('%s has the keys of English, in the same order, and no others', (code) => {
  expect(Object.keys(stringsOf(code))).toEqual(Object.keys(en));
});

it.each(codes)('%s says which way it runs, leaves nothing empty, and writes no HTML', (code) => {
  const strings = stringsOf(code);
  expect(['ltr', 'rtl']).toContain(strings.direction);
  for (const [key, message] of Object.entries(strings)) {
    for (const text of forms(message)) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe('');
      // A brace that belongs to no place, or what a browser would take for a tag.
      expect(text.replace(PLACE, ''), key).not.toMatch(/[{}<>]/);
    }
  }
});

it.each(translated)('%s has the places of English in every text, and the plural forms that it needs', (code) => {
  const strings = stringsOf(code);
  const tag = languages.find((language) => language.code === code)?.tag;
  const rules = new Intl.PluralRules(tag);
  const known = rules.resolvedOptions().pluralCategories;
  const needed = new Set(Array.from({ length: 200 }, (_, count) => rules.select(count)));
  for (const [key, message] of Object.entries(en) as [keyof Strings, Message][]) {
    const other = strings[key];
    expect(typeof other, key).toBe(typeof message);
    for (const text of forms(other)) expect(places(text), `${code} ${key}`).toEqual(placesOf(message));
    if (typeof other === 'string') continue;
    for (const form of needed) expect(other[form], `${code} ${key}.${form}`).toBeDefined();
    for (const form of Object.keys(other)) expect(known, `${code} ${key}`).toContain(form);
    expect(other.other, `${code} ${key}.other`).toBeDefined();
  }
});

/** Everything under `src` that may speak. */
function sources(folder: URL): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !['wasm', 'wasm-plain', 'wasm-reference', 'generated'].includes(name) && !name.endsWith('.test.ts'))
    .map((entry) => {
      const place = new URL(entry.name, folder);
      if (entry.isDirectory()) return sources(new URL(`${place.href}/`));
      return /\.(svelte|ts)$/.test(entry.name) ? readFileSync(place, 'utf8') : '';
    })
    .join('\n');
}

it('every key is used somewhere', () => {
  const code = sources(new URL('../', ROOM));
  const unused = Object.keys(en).filter((key) => {
    // These are put together from what they name.
    if (/^(phase|paused)\.(buying|training|evaluating|finished)$|^theme\./.test(key)) return false;
    return key !== 'direction' && !code.includes(`'${key}'`) && !code.includes(`"${key}"`);
  });
  expect(unused).toEqual([]);
});

it('the title is that of the page', () => {
  expect(readFileSync(new URL('../../index.html', ROOM), 'utf8')).toContain(`<title>${en.title}</title>`);
});

it('numbers, shares and times are written as the language writes them', () => {
  const spanish = new Speech('es', stringsOf('es'));
  const chinese = new Speech('zh-Hans', stringsOf('zh'));
  expect([english, spanish, chinese].map((speech) => speech.number(1_234_567))).toEqual(['1,234,567', '1.234.567', '1,234,567']);
  expect([english, spanish, chinese].map((speech) => speech.percent(0.9971))).toEqual(['99.7 %', '99,7 %', '99.7%']);
  expect([english, spanish].map((speech) => speech.decimals(0.5, 2))).toEqual(['0.50', '0,50']);
  expect(english.decimals(-0, 2)).toBe('0.00');
  expect([english.percent(undefined), spanish.decimals(NaN, 2)]).toEqual(['not measured', 'sin medir']);
  expect([0.2, 1, 1.6, 61, 600, 9_000, -1, NaN].map((seconds) => english.duration(seconds))).toEqual([
    'less than a second', '1 second', '2 seconds', '61 seconds', '10 minutes', '2.5 hours', 'unknown', 'unknown',
  ]);
  expect([spanish.duration(1), spanish.duration(7_200), chinese.duration(9_000)]).toEqual(['1 segundo', '2,0 horas', '2.5 小时']);
});

it('plural forms follow the rules of the language', () => {
  expect([1, 2, 0].map((count) => english.say('findings.runs', { count }))).toEqual(['1 run.', '2 runs.', '0 runs.']);
  const forms = { one: '{count} jeden', few: '{count} kilka', many: '{count} wiele', other: '{count} ułamek' };
  const polish = new Speech('pl', { ...stringsOf('en'), 'findings.runs': forms });
  expect([1, 3, 5, 22, 1.5].map((count) => polish.say('findings.runs', { count }))).toEqual(['1 jeden', '3 kilka', '5 wiele', '22 kilka', '2 ułamek']);
});

it('what is put in is put in as it is, and kept apart where the text runs the other way', () => {
  expect(english.say('notice.dismissThis', { text: '{text} <b>' })).toBe('Dismiss: {text} <b>');
  const mirrored = new Speech('ar', { ...stringsOf('en'), direction: 'rtl' });
  expect(mirrored.say('notice.dismissThis', { text: 'cpu' })).toBe('Dismiss: \u2068cpu\u2069');
});
