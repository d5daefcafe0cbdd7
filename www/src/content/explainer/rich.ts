import { glossary, type TermId } from './glossary';
import { sources, type SourceKey } from './sources';

/** A piece of a text: plain words, a word of the glossary, or the number of a source. */
export type Piece = { kind: 'plain'; text: string } | { kind: 'term'; id: TermId; text: string } | { kind: 'source'; key: SourceKey };

const MARK = /\[\[([a-z]+)(?:\|([^\]]+))?\]\]|\s*\[@([a-z0-9]+)\]/g;

/** Splits a text at its marks. A mark that names nothing is an error in the text, and the build fails. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const mark of text.matchAll(MARK)) {
    if (mark.index > at) found.push({ kind: 'plain', text: text.slice(at, mark.index) });
    const [whole, term, words, source] = mark;
    if (source !== undefined) {
      if (!Object.hasOwn(sources, source)) throw new Error(`There is no source “${source}”.`);
      found.push({ kind: 'source', key: source as SourceKey });
    } else {
      if (!term || !Object.hasOwn(glossary, term)) throw new Error(`The glossary has no “${term}”.`);
      const id = term as TermId;
      found.push({ kind: 'term', id, text: words ?? glossary[id].name });
    }
    at = mark.index + whole.length;
  }
  if (at < text.length) found.push({ kind: 'plain', text: text.slice(at) });
  return found;
}

/** The text as it is read aloud: without marks. */
export function plain(text: string): string {
  return pieces(text).map((piece) => (piece.kind === 'source' ? '' : piece.text)).join('');
}

export function sourcesIn(text: string): SourceKey[] {
  return pieces(text).flatMap((piece) => (piece.kind === 'source' ? [piece.key] : []));
}
