import { cachePrefix, find, type Entry, type Kept, type Version } from './list';

/** As many files at once as a browser loads from one host. */
const AT_ONCE = 6;

/**
 * The files of one version of the site on this device. Whatever comes from elsewhere, the network or an older version's cache,
 * is held against the list of this version: versions cannot mix, whatever the host or another tab does.
 */
export class Store {
  private readonly name: string;

  /** `scope` is the folder of the site, as an address. */
  constructor(
    private readonly version: Version,
    private readonly scope: string,
    private readonly caches: CacheStorage,
    private readonly load: typeof fetch,
  ) {
    this.name = cachePrefix(scope) + version.id;
  }

  find(url: string): Entry | undefined {
    return find(this.version.entries, url, this.scope);
  }

  /** Keeps all that is to be kept at first, or nothing. */
  async install(): Promise<void> {
    try {
      await this.keep(this.version.entries.filter(({ when }) => when === 'first'));
    } catch (error) {
      await this.caches.delete(this.name);
      throw error;
    }
  }

  /** Takes over what older versions kept and this one has unchanged, then gives them up. No page of theirs is open any more. */
  async takeOver(): Promise<void> {
    const cache = await this.caches.open(this.name);
    for (const entry of this.version.entries) {
      const url = this.urlOf(entry);
      if (await cache.match(url, { ignoreVary: true })) continue;
      const reused = await this.reuse(entry);
      if (reused) await cache.put(url, reused);
    }
    for (const name of await this.older()) await this.caches.delete(name);
  }

  /** Gives up everything that is kept of this site. */
  async remove(): Promise<void> {
    for (const name of [...(await this.older()), this.name]) await this.caches.delete(name);
  }

  /** What a page gets for one of its files: what is kept; else the same bytes from the network, kept from now on; else an error. */
  async answer(entry: Entry, request: Request): Promise<Response> {
    // Given up, by `?nosw` or by the visitor: it is as if there were no service worker.
    if (!(await this.caches.has(this.name))) return this.load(request);
    const cache = await this.caches.open(this.name);
    const kept = await cache.match(this.urlOf(entry), { ignoreVary: true });
    if (kept) return kept;
    const response = await this.fetch(entry);
    // Without room on the device the page still works.
    await cache.put(this.urlOf(entry), response.clone()).catch(() => undefined);
    return response;
  }

  /** Keeps those of these addresses that are files of this version. */
  async keepUsed(urls: string[]): Promise<void> {
    await this.keep(urls.flatMap((url) => this.find(url) ?? []));
  }

  /** Keeps every file. */
  async keepAll(told: (kept: Kept) => void): Promise<void> {
    for (const entry of this.version.entries) {
      await this.keep([entry]);
      told(await this.kept());
    }
  }

  async kept(): Promise<Kept> {
    const cache = await this.caches.open(this.name);
    const there = new Set((await cache.keys()).map(({ url }) => url));
    const sum = (entries: Entry[]): number => entries.reduce((bytes, entry) => bytes + entry.bytes, 0);
    return { kept: sum(this.version.entries.filter((entry) => there.has(this.urlOf(entry)))), all: sum(this.version.entries) };
  }

  private async keep(entries: Entry[]): Promise<void> {
    const cache = await this.caches.open(this.name);
    const left = [...entries];
    const work = async (): Promise<void> => {
      for (let entry = left.shift(); entry; entry = left.shift()) {
        const url = this.urlOf(entry);
        if (await cache.match(url, { ignoreVary: true })) continue;
        await cache.put(url, (await this.reuse(entry)) ?? (await this.fetch(entry)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** From the network, if it has these very bytes. */
  private async fetch(entry: Entry): Promise<Response> {
    // Asked anew each time, which costs a line where nothing has changed. A page that somebody waits for comes first.
    const response = await this.load(this.urlOf(entry), { integrity: entry.integrity, cache: 'no-cache', priority: 'low' } as RequestInit);
    if (!response.ok) throw new Error(`The server answered ${response.status} to ${entry.path}.`);
    // A page that a host answers from another address is refused by browsers, unless it is made anew.
    return response.redirected ? new Response(response.body, response) : response;
  }

  /** From what an older version keeps, if those are the same bytes. */
  private async reuse(entry: Entry): Promise<Response | undefined> {
    for (const name of await this.older()) {
      const kept = await (await this.caches.open(name)).match(this.urlOf(entry), { ignoreVary: true });
      if (kept && (await integrityOf(await kept.clone().arrayBuffer())) === entry.integrity) return kept;
    }
    return undefined;
  }

  private async older(): Promise<string[]> {
    const prefix = cachePrefix(this.scope);
    return (await this.caches.keys()).filter((name) => name.startsWith(prefix) && name !== this.name);
  }

  private urlOf(entry: Entry): string {
    return this.scope + entry.path;
  }
}

export async function integrityOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}
