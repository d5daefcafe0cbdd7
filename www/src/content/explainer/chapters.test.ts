import { expect, it } from 'vitest';
import { experimentOf } from '../../state/experiment';
import { chapters } from './chapters';
import { cited } from './cited';
import { findings } from './findings';
import { glossary, type TermId } from './glossary';
import { prices } from './prices';
import { pieces, plain, sourcesIn } from './rich';
import { sources } from './sources';
import { sides } from './statements';
import { words } from './words';

const prose = [...words.what.text, ...words.how.text, ...words.claims.text, ...words.cost.after, ...words.close.items, ...chapters.flatMap((chapter) => [...chapter.text, ...chapter.limits, chapter.trial?.look ?? '', chapter.unbuilt ?? ''])];

it('a paragraph with a number in it names its source', () => {
  // The names of models are no numbers, and a year needs no proof.
  const NAMES = /\b(?:GPT-[\d.]+|R1(?:-0528)?|s1|E\d)\b|\b(?:19|20)\d\d\b/g;
  for (const text of prose) {
    if (/\d/.test(plain(text).replace(NAMES, ''))) expect(sourcesIn(text), text).not.toEqual([]);
  }
});

it('every source is cited, and its number is its place', () => {
  expect([...cited].sort()).toEqual(Object.keys(sources).sort());
});

it('every word of the glossary is marked somewhere, or stands in a figure', () => {
  const marked = prose.flatMap((text) => pieces(text).flatMap((piece) => (piece.kind === 'term' ? [piece.id] : [])));
  const figures: TermId[] = ['distance', 'bias', 'benchmark', 'refusal'];
  expect([...new Set([...marked, ...figures])].sort()).toEqual(Object.keys(glossary).sort());
});

it('a mark that names nothing is an error', () => {
  expect(() => pieces('See [[nothing]].')).toThrow(/glossary/);
  expect(() => pieces('See [@nothing].')).toThrow(/source/);
  expect(plain('A [[teacher|teacher’s]] word [@hinton].')).toBe('A teacher’s word.');
});

it('every chapter has a claim, and an experiment or a word on why not, and says what it does not show', () => {
  for (const chapter of chapters) {
    expect(chapter.claims.length, chapter.id).toBeGreaterThan(0);
    if (chapter.trial) {
      const { run, verdicts, findings: named } = chapter.trial;
      const rules = experimentOf(run.experiment).thresholds.map((threshold) => threshold.id);
      for (const id of verdicts) expect(rules).toContain(id);
      for (const id of named) expect(findings.find((finding) => finding.id === id)?.experiment).toBe(run.experiment);
    }
    if (!chapter.unbuilt) expect(chapter.limits.length, chapter.id).toBeGreaterThan(0);
  }
});

it('both sides are heard, with speaker and source', () => {
  expect(sides).toHaveLength(3);
  for (const side of sides) expect(side.statements.length).toBeGreaterThan(1);
  for (const price of prices) expect(price.missing).not.toBe('');
});
