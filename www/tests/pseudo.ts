import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

type Message = string | Record<string, string>;

/** Hebrew letters in the place of Latin ones, and more of them: texts in other languages are often longer. Places stay. */
function mirrored(text: string): string {
  const turned = text.replace(/\{[a-zA-Z]+\}|[a-zA-Z]/g, (part) => (part.length > 1 ? part : String.fromCharCode(0x5d0 + (part.charCodeAt(0) % 22))));
  return `${turned}${' אב'.repeat(Math.ceil(text.length / 10))}`;
}

/**
 * A language that runs from right to left and that no reader can choose: the page asks for Spanish and is given this. So the
 * site ships nothing of it, and what is tested is the site.
 */
export async function mirrorSpanish(page: Page): Promise<void> {
  const en = JSON.parse(readFileSync(new URL('../src/i18n/en.json', import.meta.url), 'utf8')) as Record<string, Message>;
  const strings = Object.entries(en).map(([key, message]): [string, Message] => {
    if (typeof message === 'string') return [key, mirrored(message)];
    return [key, Object.fromEntries(Object.entries(message).map(([form, text]) => [form, mirrored(text)]))];
  });
  const body = `export default ${JSON.stringify({ ...Object.fromEntries(strings), direction: 'rtl' })}`;
  await page.route(/\/assets\/es-[^/]*\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body }));
}
