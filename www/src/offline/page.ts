import { asksForNone, cachePrefix, type Answered, type Asked } from './list';

/** The page's side of the service worker. Where there is none, or it is denied, nothing of this does anything. */

const folder = (): string => new URL('./', document.baseURI).href;

function workers(): ServiceWorkerContainer | undefined {
  try {
    // In development every file is new at each load.
    return import.meta.env.PROD && location.protocol.startsWith('http') ? navigator.serviceWorker : undefined;
  } catch {
    // Some frames may not even look.
    return undefined;
  }
}

/** The registration of this site, not one of a site around it. */
async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  const found = await workers()?.getRegistration();
  return found?.scope === folder() ? found : undefined;
}

/** What was loaded before there was anybody to keep it. */
const used = new Set<string>();

/** Has these addresses kept, now or once there is somebody who can. */
export function keepUsed(urls: string[]): void {
  for (const url of urls) used.add(url);
  void flush().catch(() => undefined);
}

async function flush(): Promise<void> {
  const worker = used.size ? (await registration())?.active : undefined;
  if (!worker) return;
  worker.postMessage({ type: 'used', urls: [...used] } satisfies Asked);
  used.clear();
}

/** Called once by every page but the frame: from the next visit on the site works without a connection. */
export function beginOffline(): void {
  const container = workers();
  if (!container) return;
  if (asksForNone(location.search)) return void forget().catch(() => undefined);
  void renew(container).catch(() => undefined);
  // Who saves data is asked first.
  if ((navigator as { connection?: { saveData?: boolean } }).connection?.saveData) return;
  if (document.readyState === 'complete') whenIdle();
  else addEventListener('load', whenIdle, { once: true });
}

function whenIdle(): void {
  const begin = (): void => void register().catch((error: unknown) => console.info('The site is not kept for offline use:', error));
  if ('requestIdleCallback' in window) requestIdleCallback(begin, { timeout: 10_000 });
  else setTimeout(begin, 2_000);
}

/** Installs the worker, and comes back when it works. */
async function register(): Promise<ServiceWorker> {
  const container = workers();
  // A browser that is told to may answer with nothing.
  const made: ServiceWorkerRegistration | undefined = await container?.register(`${folder()}sw.js`, { scope: folder() });
  if (!made) throw new Error('There is no service worker here.');
  const active = made.active ?? (await activated(made));
  await flush();
  return active;
}

function activated(made: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const worker = made.installing ?? made.waiting;
  return new Promise((resolve, reject) => {
    if (!worker) return reject(new Error('The service worker was not installed.'));
    const look = (): void => {
      if (worker.state === 'activated') resolve(worker);
      else if (worker.state === 'redundant') reject(new Error('The service worker could not be installed.'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** A newer version waits, and this page, which is of the older one, has only just been opened: it is loaded again. */
async function renew(container: ServiceWorkerContainer): Promise<void> {
  if (!container.controller || !(await registration())?.waiting) return;
  container.addEventListener('controllerchange', () => location.reload(), { once: true });
  container.controller.postMessage({ type: 'renew' } satisfies Asked);
}

async function forget(): Promise<void> {
  await (await registration())?.unregister();
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(cachePrefix(folder()))).map((name) => caches.delete(name)));
}

/** Whether the site can be kept: `no` by this browser, `refused` by the address. */
export function canKeep(): 'yes' | 'no' | 'refused' {
  if (asksForNone(location.search)) return 'refused';
  return workers() ? 'yes' : 'no';
}

/** How much is kept, once there is a worker that knows. */
export async function askKept(): Promise<Answered | undefined> {
  if (!(await registration())?.active) await workers()?.ready;
  const worker = (await registration())?.active;
  return worker ? ask(worker, { type: 'kept' }, () => undefined) : undefined;
}

/** Keeps every file of the site; `told` hears how far it is. */
export async function keepEverything(told: (answer: Answered) => void): Promise<Answered> {
  return ask((await registration())?.active ?? (await register()), { type: 'everything' }, told);
}

function ask(worker: ServiceWorker, asked: Asked, told: (answer: Answered) => void): Promise<Answered> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<Answered>) => {
      told(data);
      if (!data.done) return;
      port1.close();
      resolve(data);
    };
    worker.postMessage(asked, [port2]);
  });
}
