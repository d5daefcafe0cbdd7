import { expect, it } from 'vitest';
import en from '../../i18n/en.json';
import { chapters } from './chapters';
import { findings } from './findings';
import { glossary } from './glossary';
import { prices } from './prices';
import { reading, syllablesOf } from './reading';
import { plain } from './rich';
import { sides } from './statements';
import { words } from './words';

it.each([
  ['cat', 1], ['the', 1], ['make', 1], ['table', 2], ['model', 2], ['teacher', 2], ['asked', 1], ['wanted', 2], ['copies', 2],
  ['answer', 2], ['student', 2], ['probabilities', 5], ['distillation', 4], ['guardrail', 2], ['trial-and-error', 5], ['classes', 2],
])('%s has %d syllables, or nearly', (word, syllables) => {
  expect(Math.abs(syllablesOf(word) - syllables)).toBeLessThanOrEqual(word.length > 8 ? 1 : 0);
});

it('an easy text is told from a hard one', () => {
  expect(reading(['The cat sat on the mat. The dog ran to the door.']).grade).toBeLessThan(3);
  expect(reading(['The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.']).grade).toBeGreaterThan(10);
});

/** Everything that is read, but for lists of sources. */
export const text = [
  en['first.lede'],
  en['race.before'],
  ...words.what.text,
  ...words.how.text,
  ...words.claims.text,
  ...sides.flatMap((side) => side.statements.map((statement) => statement.text)),
  ...chapters.flatMap((chapter) => [...chapter.text, chapter.trial?.look ?? '', chapter.unbuilt ?? '', ...chapter.limits]),
  ...prices.flatMap((price) => [price.bought, price.missing]),
  ...words.cost.after,
  ...findings.map((finding) => finding.text),
  ...words.close.items,
  ...Object.values(glossary).map((entry) => entry.text),
].filter(Boolean).map(plain);

it('the explainer is read with ten years of school, and in a quarter of an hour', () => {
  const { grade, words: count } = reading(text);
  console.log(`explainer: ${count} words, grade ${grade.toFixed(1)}`);
  expect(grade).toBeLessThanOrEqual(10);
  expect(count).toBeGreaterThan(2_000);
  expect(count).toBeLessThan(3_200);
});

it('no chapter is much harder than the whole', () => {
  for (const chapter of chapters) {
    const { grade } = reading([...chapter.text, ...chapter.limits, chapter.trial?.look ?? ''].filter(Boolean).map(plain));
    expect(grade, chapter.id).toBeLessThanOrEqual(10);
  }
});
