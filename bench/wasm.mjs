// Where the bytes of a WebAssembly module are: its sections, and the functions of its code section by name.

const SECTIONS = ['custom', 'types', 'imports', 'functions', 'table', 'memory', 'globals', 'exports', 'start', 'elements', 'code', 'data', 'data count', 'tags'];
const CODE = 10;
const IMPORTS = 2;
const FUNCTION_NAMES = 1;

/** Reads unsigned LEB128 numbers, bytes and texts one after the other. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      if (byte === undefined) throw new Error('the module ends early');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
  text() {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
}

/** `[{name, bytes, id, start}]` in file order; `start` is where a section's content begins. */
export function sections(module) {
  if (module.length < 8 || module[0] !== 0 || module[1] !== 0x61) throw new Error('this is no WebAssembly module');
  const reader = new Reader(module, 8);
  const found = [];
  while (reader.at < module.length) {
    const id = reader.byte();
    const bytes = reader.number();
    const start = reader.at;
    found.push({ id, bytes, start, name: id === 0 ? reader.text() : (SECTIONS[id] ?? `section ${id}`) });
    reader.at = start + bytes;
  }
  return found;
}

/** `[{name, bytes}]` of every function with a body, named where the module still has names. */
export function functions(module) {
  const all = sections(module);
  const code = all.find(({ id }) => id === CODE);
  if (!code) return [];
  const imports = all.find(({ id }) => id === IMPORTS);
  const names = all.find(({ id, name }) => id === 0 && name === 'name');
  const byIndex = names ? functionNames(module, names) : new Map();
  const first = imports ? importedFunctions(module, imports) : 0;
  const reader = new Reader(module, code.start);
  return Array.from({ length: reader.number() }, (_, i) => {
    const bytes = reader.number();
    reader.at += bytes;
    return { name: byIndex.get(first + i) ?? `function ${first + i}`, bytes };
  });
}

/** Imported functions come first in the numbering. */
function importedFunctions(module, { start }) {
  const reader = new Reader(module, start);
  const limits = () => {
    const flags = reader.byte();
    reader.number();
    if (flags & 1) reader.number();
  };
  let count = 0;
  for (let left = reader.number(); left > 0; left--) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    if (kind === 0) count++, reader.number();
    else if (kind === 1) reader.byte(), limits();
    else if (kind === 2) limits();
    else if (kind === 3) reader.at += 2;
    else throw new Error(`an import of unknown kind ${kind}`);
  }
  return count;
}

function functionNames(module, { start, bytes }) {
  const reader = new Reader(module, start);
  reader.text();
  const names = new Map();
  while (reader.at < start + bytes) {
    const part = reader.byte();
    const end = reader.number() + reader.at;
    if (part === FUNCTION_NAMES) {
      for (let left = reader.number(); left > 0; left--) {
        const index = reader.number();
        names.set(index, reader.text());
      }
    }
    reader.at = end;
  }
  return names;
}

const ESCAPES = { SP: '@', BP: '*', RF: '&', LT: '<', GT: '>', LP: '(', RP: ')', C: ',' };

/** The path in a Rust symbol, such as `core::fmt::write`; another name as it is. */
export function demangle(symbol) {
  if (!symbol.startsWith('_ZN')) return symbol;
  const parts = [];
  for (let rest = symbol.slice(3); /^\d/.test(rest); ) {
    const digits = /^\d+/.exec(rest)[0];
    parts.push(rest.slice(digits.length, digits.length + Number(digits)));
    rest = rest.slice(digits.length + Number(digits));
  }
  // The last part is a digest.
  const path = parts.length > 1 && /^h[0-9a-f]{16}$/.test(parts.at(-1)) ? parts.slice(0, -1) : parts;
  return path
    .map((part) =>
      part
        .replace(/^_\$/, '$')
        .replace(/\$u([0-9a-f]+)\$/g, (_, code) => String.fromCodePoint(parseInt(code, 16)))
        .replace(/\$([A-Z]+)\$/g, (all, name) => ESCAPES[name] ?? all)
        .replace(/\.\./g, '::'),
    )
    .join('::');
}

/** The crate in whose source a function stands, as far as its symbol tells: `<A as B>` belongs to A's crate, or else to B's. */
export function crateOf(path) {
  if (!path.includes('::')) return 'other';
  const names = [...path.matchAll(/(?<![\w:])([a-z_][a-z0-9_]*)::/g)].map((match) => match[1]);
  const STANDARD = ['core', 'alloc', 'std'];
  return names.find((name) => !STANDARD.includes(name)) ?? names[0] ?? 'other';
}
