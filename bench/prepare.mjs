// What every measurement needs: the site and the peers served on this machine, and what machine it is.
import fs from 'node:fs';
import path from 'node:path';
import { withPage } from './browser.mjs';
import { describe } from './machine.mjs';
import { servePeers, versions } from './peers/index.mjs';
import { serve } from './server.mjs';

/** Completes the context that the parts are given; `close` stops what was started. */
export async function prepare(given) {
  const dist = path.join(given.root, 'dist');
  const site = await serve([['/', dist]]);
  const peerPages = await servePeers(given.peers, path.join(given.target, 'bench/peers'));
  const machine = describe();
  const { adapter, browser } = await withPage({ executable: given.chromium, url: `${site.base}/favicon.svg`, ready: () => true }, async (session) => ({
    adapter: await session.adapter(),
    browser: session.version,
  }));
  const described = {
    ...machine,
    adapter: adapter.name,
    software_adapter: adapter.software,
    chromium: browser,
    node: process.versions.node,
    rustc: given.rustc,
    commit: given.commit,
    peers: versions(given.peers),
  };
  fs.mkdirSync(path.join(given.target, 'bench'), { recursive: true });
  return {
    ...given,
    dist,
    site: site.base,
    peerPages,
    machine,
    adapter,
    described,
    close: () => {
      site.close();
      peerPages.close();
    },
  };
}
