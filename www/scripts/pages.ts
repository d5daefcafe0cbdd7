import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The names of all pages of the site. */
export const pages = readdirSync(fileURLToPath(new URL('..', import.meta.url)))
  .filter((name) => name.endsWith('.html'))
  .sort();
