import { beforeEach, describe, expect, test } from 'vitest';
import { find, type Entry, type Version } from './list';
import { Store, integrityOf } from './store';

const SCOPE = 'https://example.org/folder/';

/** As much of a browser's caches as is needed. */
class FakeCaches {
  readonly all = new Map<string, Map<string, Response>>();
  full = false;

  async open(name: string): Promise<Cache> {
    const files = this.all.get(name) ?? new Map<string, Response>();
    this.all.set(name, files);
    return {
      match: async (url: string) => files.get(url)?.clone(),
      put: async (url: string, response: Response) => {
        if (this.full) throw new Error('no room');
        files.set(url, response);
      },
      keys: async () => [...files.keys()].map((url) => ({ url })),
    } as unknown as Cache;
  }

  async has(name: string): Promise<boolean> {
    return this.all.has(name);
  }

  async keys(): Promise<string[]> {
    return [...this.all.keys()];
  }

  async delete(name: string): Promise<boolean> {
    return this.all.delete(name);
  }
}

/** A host, and browsers' rule for `integrity`. */
class Host {
  files: Record<string, string> = {};
  asked: string[] = [];
  readonly fetch = (async (asked: string | Request, options?: RequestInit) => {
    const url = typeof asked === 'string' ? asked : asked.url;
    this.asked.push(url.slice(SCOPE.length));
    const text = this.files[url.slice(SCOPE.length)];
    if (text === undefined) return new Response('', { status: 404 });
    const bytes = new TextEncoder().encode(text);
    if (options?.integrity && options.integrity !== (await integrityOf(bytes.buffer))) throw new TypeError('integrity');
    return new Response(text);
  }) as typeof fetch;
}

async function version(id: string, files: Record<string, string>): Promise<Version> {
  const entries = Object.entries(files).map(async ([path, text]): Promise<Entry> => {
    const bytes = new TextEncoder().encode(text);
    return { path, integrity: await integrityOf(bytes.buffer), bytes: bytes.length, when: path.startsWith('models/') ? 'use' : 'first' };
  });
  return { id, entries: await Promise.all(entries) };
}

const A = { 'index.html': 'page A', 'assets/chunk-a.js': 'chunk A', 'reference/x.json': 'same', 'models/m': 'model A', 'models/same': 'same model' };
const B = { 'index.html': 'page B', 'assets/chunk-b.js': 'chunk B', 'reference/x.json': 'same', 'models/m': 'model B', 'models/same': 'same model' };

let caches: FakeCaches;
let host: Host;
let a: Store;
let b: Store;
let listA: Version;

beforeEach(async () => {
  caches = new FakeCaches();
  host = new Host();
  host.files = { ...A };
  listA = await version('a', A);
  const make = (list: Version): Store => new Store(list, SCOPE, caches as unknown as CacheStorage, host.fetch);
  a = make(listA);
  b = make(await version('b', B));
});

/** What a page of a version gets for a path, or why it gets nothing. */
async function get(store: Store, path: string): Promise<string> {
  const entry = store.find(SCOPE + path);
  if (!entry) return 'not ours';
  return store.answer(entry, new Request(SCOPE + path)).then(
    (response) => response.text(),
    () => 'an error',
  );
}

describe('one version', () => {
  test('the pages are kept at first, models only once they were used', async () => {
    await a.install();
    expect(host.asked.sort()).toEqual(['assets/chunk-a.js', 'index.html', 'reference/x.json']);
    expect(await get(a, 'models/m')).toBe('model A');
    host.files = {};
    expect(await get(a, '')).toBe('page A');
    expect(await get(a, 'models/m')).toBe('model A');
    expect(await get(a, 'models/same')).toBe('an error');
  });

  test('if one file is missing or wrong, nothing is installed', async () => {
    for (const wrong of [undefined, 'something else']) {
      host.files = { ...A };
      if (wrong === undefined) delete host.files['reference/x.json'];
      else host.files['reference/x.json'] = wrong;
      await expect(a.install()).rejects.toThrow();
      expect(caches.all.size).toBe(0);
    }
  });

  test('what was used before it was there is kept, and only files of its own', async () => {
    await a.install();
    await a.keepUsed([`${SCOPE}models/m`, `${SCOPE}other`, 'https://elsewhere.example/models/m']);
    host.files = {};
    expect(await get(a, 'models/m')).toBe('model A');
    expect(host.asked).not.toContain('other');
  });

  test('everything is kept when that is asked for, and how far it is, is told', async () => {
    await a.install();
    const before = await a.kept();
    expect(before.kept).toBeLessThan(before.all);
    const told: number[] = [];
    await a.keepAll(({ kept }) => told.push(kept));
    expect(told.at(-1)).toBe(before.all);
    expect([...told].sort((x, y) => x - y)).toEqual(told);
    host.files = {};
    for (const path of Object.keys(A)) expect(await get(a, path), path).toBe(A[path as keyof typeof A]);
  });

  test('without room on the device the page still gets its files', async () => {
    await a.install();
    caches.full = true;
    expect(await get(a, 'models/m')).toBe('model A');
    await expect(a.keepAll(() => undefined)).rejects.toThrow();
  });

  test('once it was given up, it is as if it were not there', async () => {
    await a.install();
    await a.remove();
    host.files['index.html'] = 'page C';
    expect(await get(a, 'index.html')).toBe('page C');
    expect(caches.all.size).toBe(0);
  });
});

describe('an update', () => {
  beforeEach(async () => {
    await a.install();
    await get(a, 'models/same');
    host.files = { ...B };
    host.asked = [];
    await b.install();
  });

  test('what has not changed is not loaded again', () => {
    expect(host.asked.sort()).toEqual(['assets/chunk-b.js', 'index.html']);
  });

  test('a page of the old version gets its own files or none', async () => {
    expect(await get(a, '')).toBe('page A');
    expect(await get(a, 'assets/chunk-a.js')).toBe('chunk A');
    // On the host it is another model by now.
    expect(await get(a, 'models/m')).toBe('an error');
    expect(await get(a, 'models/same')).toBe('same model');
  });

  test('the new version gets its own, whatever the old one kept, and takes over what is the same', async () => {
    const cache = await caches.open([...caches.all.keys()].find((name) => name.endsWith(' a')) ?? '');
    await cache.put(`${SCOPE}models/m`, new Response('model A'));
    host.asked = [];
    await b.takeOver();
    expect([...caches.all.keys()]).toEqual([`stillroom ${SCOPE} b`]);
    expect(await get(b, '')).toBe('page B');
    expect(await get(b, 'models/same')).toBe('same model');
    expect(host.asked).toEqual([]);
    expect(await get(b, 'models/m')).toBe('model B');
    expect(await get(b, 'assets/chunk-a.js')).toBe('not ours');
  });

  test('a copy of the site in another folder keeps its own', async () => {
    await caches.open('stillroom https://example.org/folder/2/ a');
    await caches.open('somebody else');
    await b.takeOver();
    expect([...caches.all.keys()].sort()).toEqual(['somebody else', `stillroom ${SCOPE} b`, 'stillroom https://example.org/folder/2/ a']);
  });
});

test('every listed file is found by its own address', () => {
  for (const { path } of listA.entries) expect(find(listA.entries, SCOPE + path, SCOPE)?.path).toBe(path);
});
