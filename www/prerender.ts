import { createServer, type Plugin } from 'vite';

/**
 * Puts the real text of a page into its HTML: `<!--page:lab-->` becomes what `src/pages/lab.server.ts` renders.
 * The page is then readable before any script has run, and without scripts at all.
 */
export function prerender(): Plugin {
  const mark = /<!--page:([a-z]+)-->/;
  return {
    name: 'stillroom-prerender',
    apply: 'build',
    transformIndexHtml: {
      order: 'pre',
      async handler(html) {
        const name = mark.exec(html)?.[1];
        if (!name) return html;
        const server = await createServer({
          appType: 'custom',
          server: { middlewareMode: true, hmr: false, ws: false, watch: null },
          optimizeDeps: { noDiscovery: true },
          logLevel: 'error',
        });
        try {
          const page = await server.ssrLoadModule(`/src/pages/${name}.server.ts`);
          const rendered = (page['render'] as () => { head: string; body: string })();
          return html.replace('</head>', () => `${rendered.head}</head>`).replace(mark, () => rendered.body);
        } finally {
          await server.close();
        }
      },
    },
  };
}
