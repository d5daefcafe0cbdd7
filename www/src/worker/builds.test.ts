import { describe, expect, it } from 'vitest';
import { fileOf, scriptOf, type Build } from './builds';

const main = () => Promise.resolve({});
const SCRIPTS = { '../wasm/stillroom.js': main };
const FILES = { '../wasm/stillroom_bg.wasm': '/assets/main.wasm', '../wasm-reference/stillroom_bg.wasm': '/assets/burn.wasm' };

describe('the builds of a copy of the site', () => {
  it('are found by their folders', () => {
    expect(scriptOf('main', SCRIPTS)).toBe(main);
    expect(fileOf('main', FILES)).toBe('/assets/main.wasm');
    expect(fileOf('reference', FILES)).toBe('/assets/burn.wasm');
  });

  it.each<[Build, string]>([
    ['plain', 'This copy of the site was built without the engine for browsers that lack relaxed SIMD.'],
    ['reference', 'This copy of the site was built without burn.'],
  ])('are missed in one sentence: %s', (build, sentence) => {
    expect(() => scriptOf(build, SCRIPTS)).toThrow(sentence);
    expect(() => fileOf(build, {})).toThrow(sentence);
  });
});
