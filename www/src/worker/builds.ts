/** A build of the crate: one is loaded by a visitor. */
export type Build = 'main' | 'plain' | 'reference';

export type Module = typeof import('../wasm/stillroom.js');

/** What `xtask` lays out: for nearly every browser; without relaxed SIMD; and with burn, several times as large. */
const BUILDS: Record<Build, { folder: string; missing: string }> = {
  main: { folder: 'wasm', missing: 'its main engine' },
  plain: { folder: 'wasm-plain', missing: 'the engine for browsers that lack relaxed SIMD' },
  reference: { folder: 'wasm-reference', missing: 'burn' },
};

/** What there was when this copy of the site was built: a copy for trying something out may have the main build alone. */
const SCRIPTS = import.meta.glob(['../wasm/stillroom.js', '../wasm-plain/stillroom.js', '../wasm-reference/stillroom.js']);
const FILES = import.meta.glob<string>(['../wasm/stillroom_bg.wasm', '../wasm-plain/stillroom_bg.wasm', '../wasm-reference/stillroom_bg.wasm'], {
  eager: true,
  query: '?url',
  import: 'default',
});

/** The script of a build, out of those that there are; it is not imported before it is called. */
export function scriptOf(build: Build, scripts: Record<string, () => Promise<unknown>> = SCRIPTS): () => Promise<Module> {
  return of(build, 'stillroom.js', scripts) as () => Promise<Module>;
}

/** Where the WebAssembly module of a build lies. */
export function fileOf(build: Build, files: Record<string, string> = FILES): string {
  return of(build, 'stillroom_bg.wasm', files);
}

function of<T>(build: Build, name: string, found: Record<string, T>): T {
  const { folder, missing } = BUILDS[build];
  const one = found[`../${folder}/${name}`];
  if (one === undefined) throw new Error(`This copy of the site was built without ${missing}.`);
  return one;
}
