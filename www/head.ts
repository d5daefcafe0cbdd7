import type { HtmlTagDescriptor, Plugin } from 'vite';

/** The picture that other sites show of a link to this one. */
const PICTURE = { file: 'share.png', width: '1200', height: '630', alt: 'How many questions a teacher, two copies of it, and a model that learned without it answer right, as bars.' };

const text = (html: string, pattern: RegExp): string => pattern.exec(html)?.[1]?.replace(/\s+/g, ' ').trim() ?? '';

/** What `STILLROOM_BASE_URL` says: where the site will lie, with a slash at its end. */
export function baseUrl(value: string | undefined): string | undefined {
  if (!value) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new Error(`STILLROOM_BASE_URL takes the address of a folder, such as https://example.org/stillroom/, not “${value}”.`);
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

/**
 * What the head of every page has beside its own: how it looks when installed, and what is shown of a link to it. Who reads
 * the latter takes no relative addresses, and a copy of the site does not know where it lies, so the picture is named only
 * where the build was told.
 */
export function headOf(html: string, page: string, base: string | undefined): HtmlTagDescriptor[] {
  const meta = (attrs: Record<string, string>): HtmlTagDescriptor => ({ tag: 'meta', attrs, injectTo: 'head' });
  const link = (attrs: Record<string, string>): HtmlTagDescriptor => ({ tag: 'link', attrs, injectTo: 'head' });
  const title = text(html, /<title>([^<]*)<\/title>/);
  const description = text(html, /<meta\s+name="description"\s+content="([^"]*)"/);
  const picture = base && [
    meta({ property: 'og:url', content: base + (page === 'index.html' ? '' : page) }),
    meta({ property: 'og:image', content: base + PICTURE.file }),
    meta({ property: 'og:image:width', content: PICTURE.width }),
    meta({ property: 'og:image:height', content: PICTURE.height }),
    meta({ property: 'og:image:alt', content: PICTURE.alt }),
    meta({ name: 'twitter:image', content: base + PICTURE.file }),
    meta({ name: 'twitter:image:alt', content: PICTURE.alt }),
  ];
  return [
    // The papers of src/styles/base.css.
    meta({ name: 'theme-color', content: '#f5efe3', media: '(prefers-color-scheme: light)' }),
    meta({ name: 'theme-color', content: '#161a18', media: '(prefers-color-scheme: dark)' }),
    link({ rel: 'manifest', href: './site.webmanifest' }),
    link({ rel: 'apple-touch-icon', href: './icons/180.png' }),
    meta({ property: 'og:type', content: 'website' }),
    meta({ property: 'og:site_name', content: 'Stillroom' }),
    meta({ property: 'og:title', content: title }),
    meta({ property: 'og:description', content: description }),
    meta({ name: 'twitter:card', content: base ? 'summary_large_image' : 'summary' }),
    ...(picture || []),
  ];
}

export function head(): Plugin {
  const base = baseUrl(process.env['STILLROOM_BASE_URL']);
  return {
    name: 'stillroom-head',
    // After Vite has looked at links: these files lie in `public` and keep their names.
    transformIndexHtml: { order: 'post', handler: (html, { path }) => headOf(html, path.replace(/^.*\//, ''), base) },
  };
}
