import { marked, type Token, type Tokens } from 'marked';
import type { Plugin } from 'vite';

/** A lesson plan: static HTML, made of our own Markdown when the site is built. */
export interface Lesson {
  title: string;
  /** What stands between the title and the first section. */
  lead: string;
  sections: { id: string; title: string; html: string }[];
}

/** The id of a heading, as links within a lesson write it. */
export function slug(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

/** From here on a row of underscores is a line of its own to write on. */
const LONG = 16;

/** Rows of underscores are room for handwriting. */
function blanks(html: string): string {
  return html.replace(/_{4,}/g, (row) => `<span class="blank${row.length >= LONG ? ' long' : ''}" role="img" aria-label="to be filled in"></span>`);
}

/** Wide tables scroll by themselves, so they must be reachable with the keyboard. */
function tables(html: string, title: string): string {
  return html
    .replaceAll('<table>', `<div class="table" role="region" aria-label="Table: ${title}" tabindex="0"><table>`)
    .replaceAll('</table>', '</table></div>')
    .replaceAll('<th>', '<th scope="col">');
}

function html(tokens: Token[], title: string): string {
  return tables(blanks(marked.parser(tokens)), title);
}

export function lessonOf(markdown: string): Lesson {
  const lesson: Lesson = { title: '', lead: '', sections: [] };
  let tokens: Token[] = [];
  const close = (): void => {
    const section = lesson.sections.at(-1);
    if (section) section.html = html(tokens, section.title);
    else lesson.lead = html(tokens, lesson.title);
    tokens = [];
  };
  for (const token of marked.lexer(markdown)) {
    if (token.type !== 'heading' || token['depth'] > 2) {
      tokens.push(token);
      continue;
    }
    const title = (token as Tokens.Heading).text;
    if (token['depth'] === 1) {
      lesson.title = title;
    } else {
      close();
      lesson.sections.push({ id: slug(title), title, html: '' });
    }
  }
  close();
  return lesson;
}

/** Where the links of a lesson lead. */
export function linksOf(markdown: string): string[] {
  const links: string[] = [];
  marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type === 'link') links.push((token as Tokens.Link).href);
  });
  return links;
}

/** Lets a page import a lesson: `docs/lessons/NAME.md` is a module whose default export is the `Lesson`. */
export function lessons(): Plugin {
  return {
    name: 'stillroom-lessons',
    transform(code, id) {
      if (!id.endsWith('.md')) return undefined;
      return { code: `export default ${JSON.stringify(lessonOf(code))};`, map: null };
    },
  };
}
