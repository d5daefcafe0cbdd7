import { createServer, type Plugin } from 'vite';

interface Rendered {
  head: string;
  body: string;
}

/**
 * Puts the real text of a page into its HTML: `<!--page:lab-->` becomes what `src/pages/lab.server.ts` renders,
 * and `<!--page:lesson policy-->` what `lesson.server.ts` renders of that name.
 * The page is then readable before any script has run, and without scripts at all.
 */
export function prerender(): Plugin {
  const mark = /<!--page:([a-z]+)(?: ([a-z]+))?-->/;
  return {
    name: 'stillroom-prerender',
    apply: 'build',
    transformIndexHtml: {
      order: 'pre',
      async handler(html) {
        const [, name, subject] = mark.exec(html) ?? [];
        if (!name) return html;
        const server = await createServer({
          appType: 'custom',
          server: { middlewareMode: true, hmr: false, ws: false, watch: null },
          optimizeDeps: { noDiscovery: true },
          logLevel: 'error',
        });
        try {
          const page = await server.ssrLoadModule(`/src/pages/${name}.server.ts`);
          const rendered = await (page['render'] as (subject?: string) => Rendered | Promise<Rendered>)(subject);
          return html.replace('</head>', () => `${rendered.head}</head>`).replace(mark, () => rendered.body);
        } finally {
          await server.close();
        }
      },
    },
  };
}
