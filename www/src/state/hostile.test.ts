import { describe, expect, it } from 'vitest';
import { PAGE_ROWS, SITE_ROWS, readPageAddress } from './address';
import { readEmbedAddress } from './embed';
import { defaultsOf, experimentOf, experiments } from './experiment';
import { textOf } from './notices.svelte';
import { Site } from './site.svelte';
import { STAGE_ROWS, Stage } from './stage.svelte';

// What somebody who means ill may write into a link, or who types badly: each page is left at its defaults and says what it
// did not use. That a page stays whole with such an address is looked at in a browser, by tests/hostile.spec.ts.

const LONG = 'all of it, because it is longer than 2000 characters';
const IMG = '%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E';
/** As it is echoed: cut, and text. */
const ECHO = '<img src=x onerror=alert(1)>';
const first = experimentOf(undefined);
const range = (id: string, key: string): string => {
  const row = experimentOf(id).settings.find((one) => one.key === key);
  return `${row?.min} to ${row?.max}`;
};
const names = (id: string, key: string): string => (experimentOf(id).settings.find((one) => one.key === key)?.choices ?? []).map((choice) => choice.value).join(', ');
const ids = experiments.map((experiment) => experiment.id).join(', ');
const threads = (text: string): string => `threads takes a whole number from 1 to 64, not “${text}”`;
const unknown = (key: string): string => `“${key}”, which is no setting here`;
const twice = (key: string): string => `${key}, which is there more than once`;

describe('the lab', () => {
  const id = first.id;
  const hostile: [query: string, ...ignored: string[]][] = [
    ['seed=NaN', `seed takes a whole number from ${range(id, 'seed')}, not “NaN”`],
    ['steps=1e99', `steps takes a whole number from ${range(id, 'steps')}, not “1e99”`],
    ['steps=-5', `steps takes a whole number from ${range(id, 'steps')}, not “-5”`],
    ['temperature=Infinity', `temperature takes a number from ${range(id, 'temperature')}, not “Infinity”`],
    ['nonsense=1', unknown('nonsense')],
    ['arms=logits,logits,evil', `arms takes some of ${names(id, 'arms')}, not “evil”`],
    [`teacher=${IMG}`, `teacher takes one of ${names(id, 'teacher')}, not “${ECHO}”`],
    ['seed=1&seed=2', twice('seed')],
    ['threads=0', threads('0')],
    ['threads=65', threads('65')],
    ['threads=1.5', threads('1.5')],
    ['threads=-2', threads('-2')],
    ['threads=NaN', threads('NaN')],
    ['threads=', threads('')],
    ['threads=2&threads=2', twice('threads')],
    ['threads=%3Csvg%20onload%3Dalert(1)%3E', threads('<svg onload=alert(1)>')],
    ['seed=%E0%A4%A', '“seed=%E0%A4%A”, which is not well written'],
    [`seed=${'9'.repeat(10_000)}`, LONG],
    ['__proto__=1&constructor=2', unknown('__proto__'), unknown('constructor')],
    ['experiment=nonsense', `experiment takes one of ${ids}, not “nonsense”`],
    ['experiment=', `experiment takes one of ${ids}, not “”`],
    ['experiment=__proto__', `experiment takes one of ${ids}, not “__proto__”`],
    ['experiment=guardrails&experiment=bias', twice('experiment')],
    [`experiment=${IMG}`, `experiment takes one of ${ids}, not “${ECHO}”`],
    [`experiment=${'a'.repeat(10_000)}`, LONG],
    ['hazard=memorised', unknown('hazard')],
  ];
  for (const [query, ...ignored] of hostile) {
    it(`is left at its defaults, and says so: ${query.slice(0, 40)}`, () => {
      const read = readPageAddress(`?${query}`);
      expect(read).toEqual({ experiment: first, page: defaultsOf(PAGE_ROWS), values: defaultsOf(first.settings), more: {}, ignored });
    });
  }

  it.each([
    ['bias', 'hazard=memorised', unknown('hazard')],
    ['guardrails', 'arms=logits', `arms takes some of ${names('guardrails', 'arms')}, not “logits”`],
  ])('opens the experiment that is named, with its defaults: %s, %s', (id, query, ignored) => {
    const experiment = experimentOf(id);
    const page = { ...defaultsOf(PAGE_ROWS), experiment: id };
    expect(readPageAddress(`?experiment=${id}&${query}`)).toEqual({ experiment, page, values: defaultsOf(experiment.settings), more: {}, ignored: [ignored] });
  });
});

describe('a frame', () => {
  const hostile: [query: string, ...ignored: RegExp[]][] = [
    ['hide=title,evil', /^hide takes some of .*, not “evil”$/],
    [`figures=${IMG}`, /^figures takes some of .*, not “<img src=x onerror=alert\(1\)>”$/],
    ['start=now&experiment=__proto__', /^start takes one of press, visible, not “now”$/, /^experiment takes one of .*, not “__proto__”$/],
    [`hide=${'a'.repeat(10_000)}`, new RegExp(`^${LONG}$`)],
    ['seed=NaN&hide=title&hide=lab', /^seed takes a whole number .*, not “NaN”$/, /^hide, which is there more than once$/],
  ];
  for (const [query, ...patterns] of hostile) {
    it(`is left at its defaults, and says so: ${query.slice(0, 40)}`, () => {
      const { ignored, ...read } = readEmbedAddress(`?${query}`);
      const { ignored: none, ...defaults } = readEmbedAddress('');
      expect(read).toEqual(defaults);
      expect(none).toEqual([]);
      expect(ignored).toEqual(patterns.map((pattern) => expect.stringMatching(pattern)));
    });
  }
});

describe('the explainer', () => {
  const hostile = [
    ['seed=NaN', 'seed takes a whole number'],
    ['nonsense=1', unknown('nonsense')],
    ['experiment=guardrails&steps=20', unknown('experiment')],
    ['theme=%3Csvg%20onload%3Dalert(1)%3E', 'theme takes one of auto, light, dark, not “<svg onload=alert(1)>”'],
    [`steps=${'9'.repeat(5_000)}`, LONG],
  ] as const;
  for (const [query, ignored] of hostile) {
    it(`names what it does not know, and leads to the lab with it: ${query.slice(0, 40)}`, () => {
      const stage = new Stage();
      stage.begin(`?${query}`);
      expect(stage.strangers?.text).toContain(`Some of the address was ignored here: ${ignored}`);
      expect(stage.strangers?.lab).toBe(`./lab.html?${query}`);
      // What fits is used all the same.
      expect(stage.page).toEqual({ ...defaultsOf(STAGE_ROWS), ...(query.includes('steps=20') ? { steps: 20 } : {}) });
    });
  }
});

describe('another language', () => {
  const CHOICE = 'lang takes one of en, es, zh, not';
  const site = (search: string) => {
    const made = new Site();
    made.begin(search);
    return { page: made.page, said: made.notices.list.map(textOf).join() };
  };
  const stage = (search: string) => {
    const made = new Stage();
    made.begin(search);
    return { page: made.page, said: made.strangers?.text ?? '' };
  };
  const lab = (search: string) => {
    const { page, ignored } = readPageAddress(search);
    return { page, said: ignored.join('; ') };
  };
  const frame = (search: string) => {
    const { page, ignored } = readEmbedAddress(search);
    return { page, said: ignored.join('; ') };
  };

  describe.each([['the explainer', stage, STAGE_ROWS], ['the lab', lab, PAGE_ROWS], ['a frame', frame, PAGE_ROWS], ['the pages for teachers', site, SITE_ROWS]] as const)('%s', (_, read, rows) => {
    it.each([
      ['lang=xx', `${CHOICE} “xx”`],
      ['lang=ES', `${CHOICE} “ES”`],
      ['lang=__proto__', `${CHOICE} “__proto__”`],
      ['lang=', `${CHOICE} “”`],
      ['lang=es&lang=zh', twice('lang')],
      ['lang=%3Cimg%20src=x%3E', `${CHOICE} “<img src=x>”`],
    ])('is read in English, and says so: %s', (query, said) => {
      const { page, said: all } = read(`?${query}`);
      expect(page).toEqual(defaultsOf(rows));
      expect(page['lang']).toBe('en');
      expect(all).toContain(said);
    });
  });
});
