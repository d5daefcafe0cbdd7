import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { baseUrl, headOf } from '../../head';
import { saidBy, type Reference } from '../../scripts/share';

const HTML = '<head>\n<title>A page · Stillroom</title>\n<meta\n name="description"\n content="What it\n says."\n />';
const contents = (base?: string): Record<string, unknown> =>
  Object.fromEntries(headOf(HTML, 'lab.html', base).map(({ attrs }) => [attrs?.['property'] ?? attrs?.['name'] ?? attrs?.['rel'], attrs?.['content'] ?? attrs?.['href']]));

test('what is shown of a link is what the page says of itself, and needs no address', () => {
  const head = contents();
  expect(head).toMatchObject({ 'og:title': 'A page · Stillroom', 'og:description': 'What it says.', manifest: './site.webmanifest', 'twitter:card': 'summary' });
  expect(Object.keys(head).filter((key) => /image|url/.test(key))).toEqual([]);
});

test('the picture is named where the build knows the address', () => {
  expect(contents('https://example.org/s/')).toMatchObject({
    'og:url': 'https://example.org/s/lab.html',
    'og:image': 'https://example.org/s/share.png',
    'twitter:image': 'https://example.org/s/share.png',
    'twitter:card': 'summary_large_image',
  });
});

test('the address of the site is checked', () => {
  expect(baseUrl(undefined)).toBeUndefined();
  expect(baseUrl('')).toBeUndefined();
  expect(baseUrl('https://example.org/s')).toBe('https://example.org/s/');
  for (const wrong of ['example.org', 'javascript:alert(1)', 'file:///s/', 'https://example.org/?x', 'https://example.org/#x', '/s/']) expect(() => baseUrl(wrong), wrong).toThrow('STILLROOM_BASE_URL');
});

/** A page whose policy forbids them would be neither installed nor kept. */
test('the policy of every page allows the manifest and the service worker, and nothing inline', () => {
  const pages = readdirSync(new URL('../..', import.meta.url)).filter((name) => name.endsWith('.html'));
  expect(pages).toContain('index.html');
  for (const page of pages) {
    const html = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html)?.[1] ?? '';
    for (const part of ["default-src 'none'", "manifest-src 'self'", "worker-src 'self'"]) expect(policy, page).toContain(part);
    expect(policy, page).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/);
    expect(html, page).toMatch(/<meta\s+name="description"/);
  }
});

test('the picture of a link says what the reference says now: `npm run share` draws it', () => {
  const json = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
  expect(json('scripts/share.json')).toEqual(saidBy(json('public/reference/capability.json') as Reference));
});
