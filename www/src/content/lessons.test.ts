import { describe, expect, it } from 'vitest';
import { lessonOf, linksOf, slug } from '../../lessons';
import { readAddress, readPageAddress } from '../state/address';
import { readEmbedAddress } from '../state/embed';
import { STAGE_ROWS } from '../state/stage.svelte';
import { plans } from './lessons';

const files: Record<string, string> = import.meta.glob('../../../docs/lessons/*.md', { query: '?raw', import: 'default', eager: true });
const pages = Object.keys(import.meta.glob('../../*.html', { query: '?raw' })).map((path) => path.split('/').at(-1));

/** What a page would leave out of its address. */
const IGNORED: Record<string, (search: string) => string[]> = {
  'lab.html': (search) => readPageAddress(search).ignored,
  'embed.html': (search) => readEmbedAddress(search).ignored,
  'index.html': (search) => readAddress(search, STAGE_ROWS).ignored,
};

const named = Object.entries(files).map(([path, markdown]) => ({ name: path.split('/').at(-1)?.replace('.md', '') ?? '', markdown }));

it('there is a page for every lesson, and it is in the list', () => {
  expect(named.map(({ name }) => name).sort()).toEqual(plans.map(({ name }) => name).sort());
  for (const { name } of named) expect(pages).toContain(`lesson-${name}.html`);
});

describe.each(named)('lesson $name', ({ name, markdown }) => {
  const lesson = lessonOf(markdown);
  const links = linksOf(markdown);

  it('has its parts', () => {
    const titles = lesson.sections.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(['Aims', 'Timing', 'Steps', 'Questions with answers', 'Common misconceptions', 'Worksheet']));
    expect(titles.at(-1)).toBe('Worksheet');
    expect(lesson.title).not.toBe('');
    expect(lesson.lead).toContain('<p>');
  });

  it('is called and takes as long as the list says, and its steps add up to that', () => {
    const plan = plans.find((one) => one.name === name);
    const minutes = plan?.minutes ?? 0;
    expect(lesson.title).toBe(plan?.title);
    expect(lesson.lead).toContain(`${minutes} minutes`);
    const steps = [...markdown.matchAll(/^\*\*[^*]*\((\d+) minutes\)\.\*\*/gm)].map((match) => Number(match[1]));
    expect(steps.reduce((sum, step) => sum + step, 0)).toBe(minutes);
  });

  it('has links', () => expect(links.length).toBeGreaterThan(3));

  it.each(links)('its link leads to what it names: %s', (href) => {
    const [, page = '', search = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(href) ?? [];
    if (page === '') return expect(lesson.sections.map(({ id }) => `#${id}`)).toContain(hash);
    expect(pages).toContain(page);
    expect(IGNORED[page]?.(search)).toEqual([]);
  });

  it('is plain: no HTML of its own', () => expect(markdown).not.toMatch(/<[a-z]/i));
});

it('a heading is linked by its words', () => expect(slug('Questions with answers')).toBe('questions-with-answers'));

it('a row of underscores becomes room to write', () => {
  expect(lessonOf('## Sheet\n\nSeed: ______').sections[0]?.html).toContain('class="blank"');
});
