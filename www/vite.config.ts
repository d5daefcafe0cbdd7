import { readdirSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { head } from './head.ts';
import { lessons } from './lessons.ts';
import { measured } from './measured.ts';
import { offline } from './offline.ts';
import { prerender } from './prerender.ts';
import { shipped } from './shipped.ts';

/** The development server needs what the policy forbids: style elements and a web socket. */
const withoutPolicy: Plugin = {
  name: 'stillroom-without-policy',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

export default defineConfig({
  // Relative paths: the site works from any folder of any host, and inside an iframe.
  base: './',
  // No fallback page: a file that is missing must be missing in development, too.
  appType: 'mpa',
  // The lesson plans lie outside of this folder.
  server: { fs: { allow: ['..'] } },
  plugins: [svelte(), lessons(), prerender(), head(), withoutPolicy, offline()],
  // See src/state/shipped.ts and src/state/measured.ts.
  define: { SHIPPED: JSON.stringify(shipped()), MEASURED: JSON.stringify(measured()) },
  worker: { format: 'es' },
  build: {
    // xtask has a version made elsewhere, and puts it in the place of the last one when it is complete.
    outDir: process.env['STILLROOM_OUT'] ?? '../dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: { input: readdirSync('.').filter((name) => name.endsWith('.html')) },
    // An inlined asset would be a data: URL, which the content security policy forbids for scripts and workers.
    assetsInlineLimit: 0,
    // The preload helper writes no inline script, but modern browsers need no polyfill for it.
    modulePreload: { polyfill: false },
  },
});
