import { describe, expect, it } from 'vitest';
import { openWithSubgroups } from './subgroups';

/** A kind of adapter that keeps what its devices were asked for. */
function adapters(software: boolean, features: string[]) {
  return class {
    isFallbackAdapter = software;
    features = new Set(features);
    asked: string[][] = [];
    async requestDevice(descriptor: { requiredFeatures?: Iterable<string> } = {}) {
      this.asked.push([...(descriptor.requiredFeatures ?? [])]);
    }
  };
}

async function asked(software: boolean, features: string[]) {
  const Adapter = adapters(software, features);
  openWithSubgroups(Adapter as never);
  const adapter = new Adapter();
  await adapter.requestDevice({ requiredFeatures: ['timestamp-query'] });
  await adapter.requestDevice();
  return adapter.asked;
}

describe('opening with subgroups', () => {
  it('adds them where a software adapter has them', async () => {
    expect(await asked(true, ['subgroups', 'timestamp-query'])).toEqual([['timestamp-query', 'subgroups'], ['subgroups']]);
  });

  it('asks for nothing that is not there, and nothing more of a GPU', async () => {
    expect(await asked(true, ['timestamp-query'])).toEqual([['timestamp-query'], []]);
    expect(await asked(false, ['subgroups', 'timestamp-query'])).toEqual([['timestamp-query'], []]);
  });

  it('does nothing where there is no WebGPU', () => {
    expect(() => openWithSubgroups(undefined)).not.toThrow();
  });
});
