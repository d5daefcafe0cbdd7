import { describe, expect, it } from 'vitest';
import { PARTS, embedRows, isHidden, readEmbedAddress, writeEmbedAddress } from './embed';
import { PAGE_ROWS } from './address';
import { defaultsOf, experiments } from './experiment';

describe.each(experiments)('the frame of $id', (experiment) => {
  const rows = embedRows(experiment);

  it('has one id for everything that can be hidden, and no key twice', () => {
    const ids = [...PARTS.map((part) => part.value), ...experiment.settings.map((row) => row.key)];
    expect(new Set(ids).size).toBe(ids.length);
    const keys = [...PAGE_ROWS, ...rows, ...experiment.settings].map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('reads what it writes, for each part alone, none and all', () => {
    const base = readEmbedAddress(`?experiment=${experiment.id}`);
    expect(base.more).toEqual(defaultsOf(rows));
    const every = rows[0]?.choices.map((choice) => choice.value) ?? [];
    for (const hide of [[], every, ...every.map((id) => [id])]) {
      const address = writeEmbedAddress({ ...base, more: { ...base.more, hide, start: 'visible' } });
      const read = readEmbedAddress(address);
      expect(read.ignored).toEqual([]);
      expect(read.experiment).toBe(experiment);
      expect(read.more).toMatchObject({ hide, start: 'visible' });
      for (const id of every) expect(isHidden(read.more, id)).toBe(hide.includes(id));
    }
  });
});

describe('a hostile address of a frame', () => {
  it('names the parts that it does not know, and hides what it hides by default', () => {
    const { more, ignored } = readEmbedAddress('?hide=title,evil,__proto__');
    expect(more['hide']).toEqual(defaultsOf(embedRows(readEmbedAddress('').experiment))['hide']);
    expect(ignored).toHaveLength(1);
    expect(ignored[0]).toMatch(/^hide takes some of .*, not “evil,__proto__”$/);
  });

  it.each(['hide=title,title', 'hide=%3Cimg%20src=x%3E', 'figures=ladder', 'figures=skills,skills', 'start=now', 'start=', 'parent=x', 'hide=title&hide=lab', 'theme=url(x)', 'height=9'])(
    'is left at its defaults and named: %s',
    (query) => {
      const { more, page, ignored } = readEmbedAddress(`?${query}`);
      expect(more).toEqual(readEmbedAddress('').more);
      expect(page).toEqual(readEmbedAddress('').page);
      expect(ignored).toHaveLength(1);
    },
  );

  it('may hide nothing, or show no figure', () => {
    const { more, ignored } = readEmbedAddress('?hide=&figures=');
    expect(ignored).toEqual([]);
    expect(more).toMatchObject({ hide: [], figures: [] });
  });
});
