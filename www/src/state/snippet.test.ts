import { expect, it } from 'vitest';
import { snippet } from './snippet';

it('a snippet keeps what is in it within its quotes', () => {
  const html = snippet('https://example.org/embed.html?a=1&b="', 'Who says "no" & <why>', 700);
  expect(html).toContain('src="https://example.org/embed.html?a=1&amp;b=&quot;"');
  expect(html).toContain('title="Who says &quot;no&quot; &amp; &lt;why>"');
  expect(html.match(/"/g)).toHaveLength(12);
});
