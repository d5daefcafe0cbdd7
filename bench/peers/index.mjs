// The libraries beside the page: how each is bundled, opened and called.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { serve } from '../server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, '../node_modules');

/** `device` is what the peer computes on, and so what it is compared with. */
export const PEERS = {
  jax: { label: 'jax-js', device: 'webgpu', file: 'jax', backend: 'webgpu', package: '@jax-js/jax' },
  'jax-wasm': { label: 'jax-js', device: 'cpu', file: 'jax', backend: 'wasm', package: '@jax-js/jax' },
  tfjs: { label: 'TensorFlow.js', device: 'webgpu', file: 'tfjs', backend: 'webgpu', package: '@tensorflow/tfjs' },
  'tfjs-wasm': { label: 'TensorFlow.js', device: 'cpu', file: 'tfjs', backend: 'wasm', package: '@tensorflow/tfjs' },
  torch: { label: 'PyTorch, native', device: 'cpu', native: true },
};

/** The versions of the peers, as installed. */
export const versions = (names) =>
  Object.fromEntries(
    names
      .filter((name) => PEERS[name].package)
      .map((name) => [PEERS[name].label, JSON.parse(fs.readFileSync(path.join(modules, PEERS[name].package, 'package.json'), 'utf8')).version]),
  );

/** Bundles the peers into `folder` and serves them: `{url(name), close()}`. */
export async function servePeers(names, folder) {
  const files = [...new Set(names.map((name) => PEERS[name].file).filter(Boolean))];
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  await esbuild.build({
    entryPoints: files.map((file) => path.join(here, `${file}.mjs`)),
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  for (const file of files) {
    fs.writeFileSync(path.join(folder, `${file}.html`), `<!doctype html><meta charset="utf-8"><title>${file}</title><script type="module" src="/${file}.js"></script>`);
  }
  const server = await serve([
    ['/wasm/', path.join(modules, '@tensorflow/tfjs-backend-wasm/dist')],
    ['/', folder],
  ]);
  return { url: (name) => `${server.base}/${PEERS[name].file}.html`, close: server.close };
}

/** Called in the peer's page. */
export const bench = (options) => globalThis.bench(options);
export const ready = () => Boolean(globalThis.bench);

/** PyTorch on this machine's processor, outside any browser. */
export function runNative(options, timeout_s) {
  const python = spawn(process.env.PYTHON || 'python3', [path.join(here, 'torch.py'), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeout_s * 1000,
  });
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) python[stream].on('data', (data) => (texts[stream] += data));
  return new Promise((resolve, reject) => {
    python.on('error', reject);
    python.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(texts.stdout.trim().split('\n').at(-1)));
      else reject(new Error(texts.stderr.trim().split('\n').at(-1) || `Python ended with ${code}`));
    });
  });
}
