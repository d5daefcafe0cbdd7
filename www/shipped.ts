import { existsSync, readdirSync } from 'node:fs';

/** Files in `public` that are there for some experiments only: runs made earlier, and references of many seeds. */
export function shipped(): string[] {
  return ['recorded', 'reference'].flatMap((folder) => {
    const at = new URL(`./public/${folder}/`, import.meta.url);
    return existsSync(at) ? readdirSync(at).map((name) => `${folder}/${name}`) : [];
  });
}
