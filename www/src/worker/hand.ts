/// A worker of the one worker: trains some members of a population. It speaks `ToHand` and `FromHand` of `messages.ts`.
import type { Hand } from '../wasm/stillroom.js';
import { scriptOf, type Build, type Module } from './builds';
import type { FromHand, ToHand } from './messages';
import { sentence } from './sentence';

const scope = self as unknown as {
  postMessage(message: FromHand, transfer: Transferable[]): void;
  onmessage: ((message: MessageEvent<ToHand>) => void) | null;
};

let build: Module | undefined;
/** The parts of populations, by the key that the lead gave them. */
const parts = new Map<number, Hand>();

/** The module itself, compiled, comes with the message. */
async function start(script: Build, module: WebAssembly.Module): Promise<undefined> {
  build = await scriptOf(script)();
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
