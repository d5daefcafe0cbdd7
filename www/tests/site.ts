import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** A host of a test's own: it keeps the site in a folder, may be given another version of it, and may go away. */
export class TestSite {
  /** What it was asked for, as paths within the folder. */
  asked: string[] = [];
  /** Nobody answers any more. */
  down = false;
  private server: Server | undefined;

  /** `pages` are further documents, by their paths from the root. */
  constructor(
    public folder = DIST,
    private readonly pages: Record<string, string> = {},
    private readonly base = '/some/folder/',
  ) {}

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      if (this.down) return request.socket.destroy();
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const page = this.pages[pathname];
      if (page !== undefined) return response.setHeader('content-type', TYPES['.html'] ?? '').end(page);
      const path = normalize(decodeURIComponent(pathname)).slice(this.base.length) || 'index.html';
      this.asked.push(path);
      const file = join(this.folder, path);
      if (!pathname.startsWith(this.base) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.setHeader('cache-control', 'no-cache');
      response.end(readFileSync(file));
    });
    await new Promise<void>((resolve) => this.server?.listen(0, resolve));
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  get origin(): string {
    return `http://localhost:${(this.server?.address() as AddressInfo).port}`;
  }

  url(path = ''): string {
    return this.origin + this.base + path;
  }
}
