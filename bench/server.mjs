// Serves folders on this machine, each at a path; cross-origin isolated, so that peers may use threads.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { COUNT_GPU } from './count.mjs';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** `mounts`: pairs of a path and a folder, the first that has the file wins. Gives `{base, close}`. */
export async function serve(mounts) {
  const server = http.createServer((request, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Cache-Control', 'no-store');
    const file = find(mounts, decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    if (!file) {
      // Browsers ask for an icon unasked; a missing one is no error of the page.
      response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
      return;
    }
    response.setHeader('Content-Type', TYPES[path.extname(file)] ?? 'application/octet-stream');
    if (request.headers['sec-fetch-dest'] === 'worker') response.write(COUNT_GPU);
    fs.createReadStream(file).pipe(response);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function find(mounts, url) {
  for (const [prefix, folder] of mounts) {
    if (!url.startsWith(prefix)) continue;
    const root = path.resolve(folder);
    let file = path.resolve(root, `./${url.slice(prefix.length)}`);
    if (file !== root && !file.startsWith(root + path.sep)) continue;
    if (fs.existsSync(file) && fs.statSync(file).isDirectory()) file = path.join(file, 'index.html');
    if (fs.existsSync(file)) return file;
  }
  return undefined;
}
