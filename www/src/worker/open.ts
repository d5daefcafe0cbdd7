import type { Backend, DeviceInfo, Engine, ModelBytes } from '../wasm/stillroom.js';
import { fileOf, scriptOf, type Build, type Module } from './builds';
import { Hands } from './hands';
import { sentence } from './sentence';
import { isSoftware, type Adapter } from './software';
import { openWithSubgroups } from './subgroups';

export interface Opened {
  engine: Engine;
  device: DeviceInfo;
}

/** Told how many of how many GPU kernels are compiled. */
export type Compiled = (done: number, total: number) => void;

/** A module of one function that swizzles its constants in the relaxed way; a browser without that finds it invalid. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0], // version 1
  ...[1, 5, 1, 96, 0, 1, 123], // a type: () -> v128
  ...[3, 2, 1, 0], // a function of it
  ...[10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11],
);

openWithSubgroups((globalThis as { GPUAdapter?: never }).GPUAdapter);

/** The modules that compute, loaded once each. Imported late, so that a failure is an error with a sentence and not a dead worker. */
const modules = new Map<Build, Promise<Module>>();
const memories: WebAssembly.Memory[] = [];

/** Bytes of linear memory of all modules that have been loaded. */
export function memoryBytes(): number {
  return memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

async function loadEngine(build: Build): Promise<typeof Engine> {
  const loading = modules.get(build) ?? load(build);
  modules.set(build, loading);
  return (await loading).Engine;
}

async function load(build: Build): Promise<Module> {
  // Where there is no such build, that is the sentence, and not the one below.
  const [script, file] = [scriptOf(build), fileOf(build)];
  try {
    const loaded = await script();
    const { memory } = await loaded.default({ module_or_path: file });
    memories.push(memory);
    return loaded;
  } catch (error) {
    // May be tried again.
    modules.delete(build);
    // The browser's own words name files, not what happened to the visitor.
    console.error(error);
    throw new Error('The engine that computes could not be loaded.');
  }
}

/** Opens the wanted device (wanted `because`), or the best that works, with fused plans unless `onlyPlain`; the processor with up to so many threads; `compiled` is told how far the GPU's kernels are. A device that fails falls to the next, and the reason says why. */
export async function openEngine(
  wanted: Backend | undefined,
  models: ModelBytes,
  because: string,
  onlyPlain: boolean,
  threads: number,
  compiled: Compiled,
): Promise<Opened> {
  const reasons: string[] = [];
  const attempts: { backend: Backend; plain: boolean; failed: string }[] = [
    { backend: 'cpu', plain: false, failed: 'The fused loops could not be used' },
    { backend: 'cpu', plain: true, failed: 'The processor could not be used' },
  ];
  if (wanted === 'cpu') {
    reasons.push(because);
  } else {
    const refused = await refuseGpu(wanted === 'webgpu');
    if (refused) {
      reasons.push(refused);
    } else {
      reasons.push(wanted ? because : 'This browser offers WebGPU.');
      attempts.unshift(
        { backend: 'webgpu', plain: false, failed: 'The fused GPU kernels could not be used' },
        { backend: 'webgpu', plain: true, failed: 'The GPU could not be used' },
      );
    }
  }
  for (const { backend, plain, failed } of attempts) {
    if (onlyPlain && !plain) continue;
    try {
      const opened = await open(backend, plain, models, threads, compiled);
      if (backend === 'cpu') return described(opened, reasons.join(' '));
      return described(opened, `${reasons.join(' ')} The self-test came out right.`, await adapterName());
    } catch (error) {
      reasons.push(`${failed}: ${sentence(error)}`);
    }
  }
  throw new Error(reasons.join(' '));
}

async function open(backend: Backend, plain: boolean, models: ModelBytes, threads: number, compiled: Compiled): Promise<Opened> {
  const build = plain ? 'reference' : WebAssembly.validate(RELAXED_PROBE) ? 'main' : 'plain';
  const hands = backend === 'cpu' && !plain ? new Hands(build, threads) : undefined;
  const opened = await (await loadEngine(build)).open(backend, plain, models, hands, compiled);
  return { engine: opened, device: opened.device() };
}

/** The engine keeps the description for its run files. */
function described({ engine }: Opened, reason: string, adapter?: string): Opened {
  engine.describe(adapter, reason);
  return { engine, device: engine.device() };
}

/** What the browser says of its graphics adapter. */
async function adapterName(): Promise<string> {
  const info = (await requestAdapter())?.info;
  const parts = [info?.vendor, info?.architecture, info?.device, info?.description].filter((part) => part);
  return parts.length ? [...new Set(parts)].join(' ') : 'a graphics adapter without a name';
}

async function requestAdapter(): Promise<Adapter | null> {
  const gpu = (navigator as { gpu?: { requestAdapter(options?: object): Promise<Adapter | null> } }).gpu;
  return (await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null)) ?? null;
}

/** Why the GPU is not even tried; nothing where it should be. A software adapter is only used when asked for. */
async function refuseGpu(asked: boolean): Promise<string | undefined> {
  if (!('gpu' in navigator) || !navigator.gpu) return 'This browser offers no WebGPU.';
  const adapter = await requestAdapter();
  if (!adapter) return 'WebGPU found no graphics adapter.';
  if (isSoftware(adapter) && !asked) {
    return 'WebGPU is only imitated in software here, and the processor is much faster without that detour.';
  }
  return undefined;
}
