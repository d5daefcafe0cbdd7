// How large the three modules are, and where their bytes are.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { crateOf, demangle, functions, sections } from '../wasm.mjs';

/** Each build: the folder that `cargo xtask build` lays it out in, and the name under which it keeps what was compiled. */
const BUILDS = [
  { build: 'plans', folder: 'www/src/wasm-plain', kept: 'plain' },
  { build: 'plans, relaxed SIMD', folder: 'www/src/wasm', kept: 'main' },
  { build: 'with burn', folder: 'www/src/wasm-reference', kept: 'reference' },
];
const SHOWN = 12;

export function blocks(context) {
  return BUILDS.map(({ build, folder, kept }) => ({
    name: build,
    facts: { build },
    runs: [{ round: 0, measure: async () => measure(context, folder, kept) }],
    summarise: ([run]) => run,
  }));
}

function measure(context, folder, kept) {
  const module = fs.readFileSync(path.join(context.root, folder, 'stillroom_bg.wasm'));
  const compressed = copyOf(module, context.dist);
  const withNames = path.join(context.target, 'xtask/wasm/release', kept, 'named.wasm');
  return {
    raw: module.length,
    brotli: compressed ? fs.statSync(compressed).size : brotli(module),
    sections: largest(sections(module), SHOWN),
    ...(fs.existsSync(withNames) ? { named: breakdown(fs.readFileSync(withNames)) } : {}),
  };
}

/** The compressed copy of a module in the site, where the digest in its name is Vite's. */
function copyOf(module, dist) {
  const same = fs.readdirSync(dist, { recursive: true }).find((name) => name.endsWith('.wasm') && fs.readFileSync(path.join(dist, name)).equals(module));
  if (!same) throw new Error('the site in dist/ has another module than www/src: build it again');
  const file = path.join(dist, `${same}.br`);
  return fs.existsSync(file) ? file : undefined;
}

const brotli = (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_LGWIN]: 24 } }).length;

/** Of a module that still has names: all code, by crate, and the largest functions. */
export function breakdown(module) {
  const all = functions(module).map(({ name, bytes }) => ({ name: demangle(name), bytes }));
  const crates = new Map();
  for (const { name, bytes } of all) crates.set(crateOf(name), (crates.get(crateOf(name)) ?? 0) + bytes);
  return {
    code: all.reduce((sum, { bytes }) => sum + bytes, 0),
    functions: all.length,
    crates: largest([...crates].map(([name, bytes]) => ({ name, bytes })), SHOWN),
    largest: largest(all, SHOWN),
  };
}

const largest = (list, count) => list.map(({ name, bytes }) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes).slice(0, count);
