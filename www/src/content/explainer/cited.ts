import { chapters, type Chapter } from './chapters';
import { prices } from './prices';
import { sourcesIn } from './rich';
import type { SourceKey } from './sources';
import { sides } from './statements';
import { words } from './words';

/** The sources of a chapter, in the order in which it names them. */
export function sourcesOf(chapter: Chapter): SourceKey[] {
  const own = [...chapter.claims.map((claim) => claim.source), ...chapter.text.flatMap(sourcesIn)];
  const cost = chapter.id === 'cost' ? [...prices.map((price) => price.source), ...words.cost.after.flatMap(sourcesIn)] : [];
  return [...new Set([...own, ...cost])];
}

/** All sources in the order of the page; their places are their numbers. */
export const cited: SourceKey[] = [
  ...new Set([
    ...words.what.text.flatMap(sourcesIn),
    ...words.how.text.flatMap(sourcesIn),
    ...sides.flatMap((side) => side.statements.map((statement) => statement.source)),
    ...chapters.flatMap(sourcesOf),
  ]),
];

export function numberOf(key: SourceKey): number {
  return cited.indexOf(key) + 1;
}
