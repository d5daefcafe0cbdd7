import type { Backend, DeviceInfo, Engine, ModelBytes } from '../wasm/stillroom.js';
import wasmFile from '../wasm/stillroom_bg.wasm?url';
import referenceFile from '../wasm-reference/stillroom_bg.wasm?url';
import { sentence } from './sentence';
import { isSoftware, type Adapter } from './software';

export interface Opened {
  engine: Engine;
  device: DeviceInfo;
}

type Module = typeof import('../wasm/stillroom.js');

/** The modules that compute, loaded once each. Imported late, so that a failure is an error with a sentence and not a dead worker. */
const modules = new Map<boolean, Promise<Module>>();

/** `plain`: the module with burn in it, several times as large and slower; else the fused plans. */
async function loadEngine(plain: boolean): Promise<typeof Engine> {
  const loading = modules.get(plain) ?? load(plain);
  modules.set(plain, loading);
  return (await loading).Engine;
}

async function load(plain: boolean): Promise<Module> {
  try {
    const loaded = plain ? ((await import('../wasm-reference/stillroom.js')) as unknown as Module) : await import('../wasm/stillroom.js');
    await loaded.default({ module_or_path: plain ? referenceFile : wasmFile });
    return loaded;
  } catch (error) {
    // May be tried again.
    modules.delete(plain);
    // The browser's own words name files, not what happened to the visitor.
    console.error(error);
    throw new Error('The engine that computes could not be loaded.');
  }
}

/** Opens the wanted device (wanted `because`), or the best that works. A device that fails falls to the next, and the reason says why. */
export async function openEngine(wanted: Backend | undefined, models: ModelBytes, because: string): Promise<Opened> {
  const reasons: string[] = [];
  if (wanted !== 'cpu') {
    const refused = await refuseGpu(wanted === 'webgpu');
    if (refused) {
      reasons.push(refused);
    } else {
      try {
        const opened = await open('webgpu', true, models);
        const why = wanted ? because : 'This browser offers WebGPU.';
        return described(opened, `${why} The self-test came out right.`, await adapterName());
      } catch (error) {
        reasons.push(`The GPU could not be used: ${sentence(error)}`);
      }
    }
  } else {
    reasons.push(because);
  }
  try {
    return described(await open('cpu', false, models), reasons.join(' '));
  } catch (error) {
    reasons.push(`The fused loops could not be used: ${sentence(error)}`);
    return described(await open('cpu', true, models), reasons.join(' '));
  }
}

async function open(backend: Backend, plain: boolean, models: ModelBytes): Promise<Opened> {
  const opened = await (await loadEngine(plain)).open(backend, plain, models);
  const device = opened.device();
  if (!device.selfTest.passed) {
    opened.free();
    throw new Error('it computed the self-test wrongly.');
  }
  return { engine: opened, device };
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
