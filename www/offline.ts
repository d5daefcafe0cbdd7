import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { whenOf, type Entry, type Version } from './src/offline/list.ts';

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** The files of a built site that its service worker answers for. */
export function entriesOf(folder: string): Entry[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(folder.length).replaceAll('\\', '/').replace(/^\//, ''));
  return paths.sort().flatMap((path) => {
    const when = whenOf(path);
    if (!when) return [];
    const bytes = readFileSync(join(folder, path));
    return [{ path, integrity: `sha256-${sha256(bytes).toString('base64')}`, bytes: bytes.length, when }];
  });
}

/** The whole service worker: which files this version of the site has, then the script. */
export function workerOf(entries: Entry[], script: string): string {
  const id = sha256(JSON.stringify(entries) + script).toString('hex').slice(0, 16);
  return `const SITE = ${JSON.stringify({ id, entries } satisfies Version)};\n${script}`;
}

/** One classic script, which every browser with service workers takes: some take no modules there. */
async function compile(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: new URL('./src/offline/worker.ts', import.meta.url).pathname, formats: ['iife'], name: 'stillroom', fileName: 'sw' },
    },
  });
  const chunks = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  const [chunk] = chunks;
  if (chunks.length !== 1 || chunk?.type !== 'chunk') throw new Error('The service worker is to be one script.');
  return chunk.code;
}

/**
 * Writes `sw.js` beside the finished site. Our own, because the well-known libraries tell versions apart by the addresses of files:
 * ours are the same for a model or a reference of the next version, and must not be mixed with the pages of this one.
 */
export function offline(): Plugin {
  let folder = '';
  return {
    name: 'stillroom-offline',
    apply: 'build',
    configResolved: (config) => void (folder = join(config.root, config.build.outDir)),
    // The last to run: every file is there.
    writeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        writeFileSync(join(folder, 'sw.js'), workerOf(entriesOf(folder), await compile()));
      },
    },
  };
}
