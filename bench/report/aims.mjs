// What was to be reached, and what the numbers say of it.
import { DEVICES, bytes, number, table } from './words.mjs';

export function render({ parts }) {
  const rows = aims(parts).filter((aim) => aim.measured !== undefined);
  if (!rows.length) return '';
  return `## What was to be reached

${table(['aim', 'bound', 'measured', ''], rows.map(({ aim, bound, measured, met }) => [aim, bound, measured, met ? 'reached' : '**not reached**']))}`;
}

/** Every aim: `{aim, bound, measured?, met?}`; `measured` is missing where the numbers are. */
export function aims(parts) {
  const kd = parts.peers?.['S kd']?.summary;
  const row = (subject, device) => kd?.rows.find((candidate) => candidate.subject === subject && candidate.device === device && candidate.median_ms);
  const [gpu, cpu, jax, jaxWasm] = [row('ours', 'webgpu'), row('ours', 'cpu'), row('jax', 'webgpu'), row('jax-wasm', 'cpu')];
  const list = [];
  const atMost = (aim, value, bound, show = (amount) => number(amount, 4)) => list.push({ aim, bound: `at most ${show(bound)}`, ...(Number.isFinite(value) ? { measured: show(value), met: value <= bound } : {}) });
  const atLeast = (aim, value, bound) => list.push({ aim, bound: `at least ${number(bound)}`, ...(Number.isFinite(value) ? { measured: number(value), met: value >= bound } : {}) });

  atMost('dispatches per step, WebGPU', gpu?.gpu?.dispatches, 100);
  atMost('submits per step, WebGPU', gpu?.gpu?.submits, 4);
  atMost('buffers and pipelines made per step after warm-up, WebGPU', gpu?.gpu && gpu.gpu.buffers + gpu.gpu.pipelines, 0);
  atMost('time of a step relative to jax-js, WebGPU', gpu?.median_ms / jax?.median_ms, 0.5);
  atMost('CPU time of a step relative to jax-js, CPU', cpu?.cpu_ms / jaxWasm?.cpu_ms, 0.4);
  atMost('time of a step relative to jax-js with its threads, CPU', cpu?.median_ms / jaxWasm?.median_ms, 1);

  const members = (curve, device, value) => parts.curves?.[curve]?.summary.rows.find((candidate) => candidate.device === device && candidate.value === value && candidate.median_ms);
  const few = parts.curves?.['population-small']?.batch;
  const perMember = (curve, device) => members(curve, device, 8)?.median_ms / 8 / members(curve, device, 1)?.median_ms;
  for (const device of Object.keys(DEVICES)) {
    const [one, eight] = [1, 8].map((value) => members('population', device, value));
    if (device === 'webgpu') atMost('dispatches of 8 members relative to one, WebGPU', eight?.gpu?.dispatches / one?.gpu?.dispatches, 1);
    atMost(`time per member at 8 relative to one, ${DEVICES[device]}`, perMember('population', device), 1);
    atMost(`the same with ${few} sequences each, ${DEVICES[device]}`, perMember('population-small', device), 1);
  }

  atMost('time until the first loss relative to jax-js, WebGPU, with opening and testing the device', gpu?.start_ms / jax?.start_ms, 0.5);
  atMost('time until the first loss relative to jax-js, WebGPU, once the page is ready', kd?.opened?.start_ms / jax?.start_ms, 0.5);
  for (const [device, block] of Object.entries(parts.memory ?? {})) {
    for (const [what, growth] of [['wasm memory', block.summary.wasm_growth], ['GPU buffers', block.summary.gpu_growth]]) {
      if (growth?.grew != null) atMost(`growth of ${what} after step ${growth.settled} of ${number(block.steps, 5)}, ${DEVICES[device]}`, Math.max(0, growth.after - growth.before), 0, bytes);
    }
  }
  const firstLoaded = ['plans', 'plans, relaxed SIMD'].map((build) => parts.size?.[build]?.summary.brotli).filter(Number.isFinite);
  atMost('brotli of the module that the first training needs', firstLoaded.length ? Math.max(...firstLoaded) : NaN, 1.5e6, bytes);

  const written = parts.generation?.S?.summary.rows ?? [];
  for (const device of Object.keys(DEVICES)) {
    const rate = (mode) => {
      const found = written.find((candidate) => candidate.device === device && candidate.mode === mode && candidate.median_ms);
      return found && found.work.tokens / found.median_ms;
    };
    atLeast(`generation with the cache relative to recomputing, ${DEVICES[device]}`, rate('generate') / rate('recompute'), 5);
  }
  for (const [name, block] of Object.entries(parts.peers ?? {})) {
    const largest = block.summary.differences.map((difference) => difference.largest);
    atMost(`largest relative difference of a loss from a peer's, ${name}`, largest.length ? Math.max(...largest) : NaN, 1e-4, (value) => value.toExponential(1));
  }
  return list;
}
