import { describe, expect, test } from 'vitest';
import { asksForNone, cachePrefix, find, whenOf, type Entry } from './list';

const entry = (path: string): Entry => ({ path, integrity: 'sha256-', bytes: 1, when: 'first' });

describe('which files are kept, and when', () => {
  test('pages at first, the engine and the models when they are used', () => {
    for (const path of ['index.html', 'lab.html', 'assets/lab-1.js', 'assets/lab-1.css', 'reference/bias.json', 'recorded/capability.json', 'favicon.svg', 'site.webmanifest']) {
      expect(whenOf(path), path).toBe('first');
    }
    for (const path of ['assets/stillroom_bg-1.wasm', 'models/main/model.safetensors', 'models/main/card.json']) expect(whenOf(path), path).toBe('use');
  });

  test('neither itself, nor copies, nor what no page loads', () => {
    for (const path of ['sw.js', 'sw.js.br', 'index.html.br', 'assets/lab-1.js.gz', 'icons/192.png', 'share.png']) expect(whenOf(path), path).toBeUndefined();
  });
});

describe('which file an address stands for', () => {
  const scope = 'https://example.org/some/folder/';
  const entries = ['index.html', 'lab.html', 'assets/lab-1.js', 'docs'].map(entry);
  const path = (url: string): string | undefined => find(entries, url, scope)?.path;

  test('with a query, with a fragment, as a folder, and without its ending', () => {
    expect(path(scope)).toBe('index.html');
    expect(path(`${scope}?theme=dark#cost`)).toBe('index.html');
    expect(path(`${scope}index.html`)).toBe('index.html');
    expect(path(`${scope}lab.html?seed=3`)).toBe('lab.html');
    expect(path(`${scope}lab`)).toBe('lab.html');
    expect(path(`${scope}docs`)).toBe('docs');
  });

  test('nothing outside of the folder, and nothing that is not listed', () => {
    for (const url of ['https://example.org/', 'https://example.org/some/folder', 'https://example.org/lab.html', 'https://elsewhere.example/some/folder/lab.html', 'http://example.org/some/folder/lab.html', `${scope}assets/`, `${scope}__proto__`, `${scope}other.js`]) {
      expect(path(url), url).toBeUndefined();
    }
  });
});

test('caches of two copies on one host are told apart', () => {
  expect(cachePrefix('https://example.org/a/1').startsWith(cachePrefix('https://example.org/a/'))).toBe(false);
});

test('nosw', () => {
  for (const search of ['?nosw', '?nosw=', '?nosw=1', '?theme=dark&nosw']) expect(asksForNone(search), search).toBe(true);
  for (const search of ['', '?', '?nosw=no', '?nosw=evil', '?theme=nosw', '?nosw2']) expect(asksForNone(search), search).toBe(false);
});
