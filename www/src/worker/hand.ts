/// A worker of the one worker: trains some members of a population. It speaks `ToHand` and `FromHand` of `messages.ts`.
import type { Hand } from '../wasm/stillroom.js';
import type { FromHand, ToHand } from './messages';
import { sentence } from './sentence';

type Module = typeof import('../wasm/stillroom.js');

/** The builds with fused loops; the module itself, compiled, comes with the message. */
const SCRIPTS: Record<string, () => Promise<unknown>> = {
  plans: () => import('../wasm/stillroom.js'),
  relaxed: () => import('../wasm-relaxed/stillroom.js'),
};

const scope = self as unknown as {
  postMessage(message: FromHand, transfer: Transferable[]): void;
  onmessage: ((message: MessageEvent<ToHand>) => void) | null;
};

let build: Module | undefined;
/** The parts of populations, by the key that the lead gave them. */
const parts = new Map<number, Hand>();

async function start(script: string, module: WebAssembly.Module): Promise<undefined> {
  build = (await SCRIPTS[script]?.()) as Module;
  build.initSync({ module });
}

function call(key: number, method: string, args: unknown[]): Float32Array | undefined {
  if (method === 'learn') {
    parts.set(key, (build as Module).Hand.learn(...(args as Parameters<typeof Hand.learn>)));
    return undefined;
  }
  const part = parts.get(key);
  if (method === 'free') {
    parts.delete(key);
    part?.free();
    return undefined;
  }
  if (!part) throw new Error('A worker that trains has no such students.');
  return (part[method as keyof Hand] as (...args: unknown[]) => Float32Array | undefined).apply(part, args);
}

async function answer(message: ToHand): Promise<void> {
  try {
    const result = message.type === 'start' ? await start(message.script, message.module) : call(message.key, message.method, message.args);
    scope.postMessage({ id: message.id, result }, result ? [result.buffer as ArrayBuffer] : []);
  } catch (error) {
    scope.postMessage({ id: message.id, error: sentence(error) }, []);
  }
}

scope.onmessage = (message) => void answer(message.data);
