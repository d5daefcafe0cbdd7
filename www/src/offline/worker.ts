/// The service worker: it answers a page with the files of the version that the page is of, with a connection or without.
///
/// A new version is installed beside the old one and takes over only when no page of the old one is open, or when the one page
/// that is open has just been loaded and is loaded again (`renew`). It never claims pages that were loaded without it.
import { asksForNone, type Answered, type Asked, type Kept, type Version } from './list';
import { Store } from './store';

/** Put before this script when the site is built. */
declare const SITE: Version;

interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Events {
  install: Lasting;
  activate: Lasting;
  fetch: Lasting & { request: Request; respondWith(answer: Promise<Response>): void };
  message: Lasting & { data: unknown; ports: readonly MessagePort[] };
}
const scope = self as unknown as {
  registration: ServiceWorkerRegistration;
  clients: { matchAll(options: { type: 'window' }): Promise<unknown[]> };
  skipWaiting(): Promise<void>;
  addEventListener<T extends keyof Events>(type: T, listener: (event: Events[T]) => void): void;
};

const store = new Store(SITE, scope.registration.scope, caches, fetch.bind(self));

/** `?nosw`: gives up everything that is kept, and itself. */
async function leave(request: Request): Promise<Response> {
  await store.remove();
  await scope.registration.unregister();
  return fetch(request);
}

/** The newer version takes over, if the page that asks is the only one. */
async function renew(): Promise<void> {
  const pages = await scope.clients.matchAll({ type: 'window' });
  if (pages.length === 1) scope.registration.waiting?.postMessage({ type: 'skip' } satisfies Asked);
}

async function answer(port: MessagePort | undefined, work: (told: (kept: Kept) => void) => Promise<void>): Promise<void> {
  const tell = (rest: Omit<Answered, keyof Kept>, kept: Kept): void => port?.postMessage({ ...kept, ...rest } satisfies Answered);
  const failed = await work((kept) => tell({ done: false, failed: false }, kept)).then(
    () => false,
    () => true,
  );
  tell({ done: true, failed }, await store.kept());
}

scope.addEventListener('install', (event) => event.waitUntil(store.install()));
scope.addEventListener('activate', (event) => event.waitUntil(store.takeOver()));

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const entry = store.find(request.url);
  if (!entry) return;
  if (request.mode === 'navigate' && asksForNone(new URL(request.url).search)) event.respondWith(leave(request));
  else event.respondWith(store.answer(entry, request));
});

scope.addEventListener('message', (event) => {
  // Only pages of this site can send one; of what shape, is still theirs to say.
  const asked = event.data as Partial<Asked> | null;
  const port = event.ports[0];
  if (asked?.type === 'skip') event.waitUntil(scope.skipWaiting());
  else if (asked?.type === 'renew') event.waitUntil(renew());
  else if (asked?.type === 'used' && Array.isArray(asked.urls)) event.waitUntil(store.keepUsed(asked.urls.filter((url) => URL.canParse(url))).catch(() => undefined));
  else if (asked?.type === 'kept') event.waitUntil(answer(port, async () => undefined));
  else if (asked?.type === 'everything') event.waitUntil(answer(port, (told) => store.keepAll(told)));
});
