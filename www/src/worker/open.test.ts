import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ModelBytes } from '../wasm/stillroom.js';
import type { Build } from './builds';
import type { Opened } from './open';

/** The builds that this copy of the site has, and those that were loaded. */
let there: Build[] = [];
const loaded: Build[] = [];

vi.mock('./builds', () => {
  const missing = (build: Build): never => {
    throw new Error(`This copy of the site was built without ${build}.`);
  };
  const engine = (): object => {
    let reason = '';
    const describe = (_: string | undefined, said: string): void => void (reason = said);
    return { describe, device: () => ({ reason, selfTest: { matmulError: 0, gradientError: 0, milliseconds: 1 } }) };
  };
  const script = (build: Build) => async () => {
    loaded.push(build);
    return { default: async () => ({ memory: { buffer: new ArrayBuffer(8) } }), Engine: { open: async () => engine() } };
  };
  return {
    scriptOf: (build: Build) => (there.includes(build) ? script(build) : missing(build)),
    fileOf: (build: Build) => (there.includes(build) ? `${build}.wasm` : missing(build)),
  };
});

function relaxed(can: boolean): void {
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(can);
}

async function open(): Promise<Opened> {
  const { openEngine } = await import('./open');
  return openEngine('cpu', {} as ModelBytes, 'Asked for.', false, 1, () => undefined);
}

beforeEach(() => {
  loaded.length = 0;
  // What is loaded once stays loaded.
  vi.resetModules();
});

afterEach(() => {
  vi.restoreAllMocks();
});

it('says what is missing when none of the builds that would do is there', async () => {
  relaxed(false);
  there = ['main'];
  await expect(open()).rejects.toThrow(
    'Asked for. The fused loops could not be used: This copy of the site was built without plain. ' +
      'The processor could not be used: This copy of the site was built without reference.',
  );
  expect(loaded).toEqual([]);
});

it('takes burn where the build of this browser is missing, and keeps the reason', async () => {
  relaxed(false);
  there = ['main', 'reference'];
  const { device } = await open();
  expect(device.reason).toBe('Asked for. The fused loops could not be used: This copy of the site was built without plain.');
  expect(loaded).toEqual(['reference']);
});

it('takes the build that the browser can run', async () => {
  there = ['main', 'plain'];
  relaxed(true);
  expect((await open()).device.reason).toBe('Asked for.');
  relaxed(false);
  await open();
  expect(loaded).toEqual(['main', 'plain']);
});
