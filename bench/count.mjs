// Counts what a page and its workers ask of WebGPU. The script below runs before any other: in the page as an init script,
// in workers because our server puts it in front of theirs.

/** Calls that are counted, by the name under which they are reported. */
export const COUNTED = ['dispatches', 'bind_groups', 'submits', 'buffer_writes', 'maps', 'pipelines', 'buffers'];

/**
 * `__gpuCalls()` gives `{counts, alive_bytes, series}`: calls so far of the page and its workers, bytes of the buffers that
 * are neither destroyed nor collected, and `[maps so far, alive bytes]` over time. A step that reads its loss maps a buffer
 * once, so the number of maps is a clock of steps.
 */
export const COUNT_GPU = `(() => {
  if (!globalThis.GPUDevice || globalThis.__gpuCount) return;
  const counts = { ${COUNTED.map((name) => `${name}: 0`).join(', ')} };
  let alive = 0;
  const LONGEST = 2000;
  let series = [], stride = 1;
  const note = () => {
    if (counts.maps % stride) return;
    series.push([counts.maps, alive]);
    if (series.length < LONGEST) return;
    series = series.filter((_, i) => i % 2);
    stride *= 2;
  };
  globalThis.__gpuCount = counts;
  const count = (proto, names, key) => {
    for (const name of names) {
      const call = proto[name];
      if (call) proto[name] = function (...args) { counts[key]++; return call.apply(this, args); };
    }
  };
  count(GPUComputePassEncoder.prototype, ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'], 'dispatches');
  count(GPUDevice.prototype, ['createBindGroup'], 'bind_groups');
  count(GPUDevice.prototype, ['createComputePipeline', 'createComputePipelineAsync'], 'pipelines');
  count(GPUQueue.prototype, ['submit'], 'submits');
  count(GPUQueue.prototype, ['writeBuffer'], 'buffer_writes');

  const sizes = new WeakMap();
  const collected = new FinalizationRegistry((size) => { alive -= size; });
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    counts.buffers++;
    alive += descriptor.size;
    sizes.set(buffer, descriptor.size);
    collected.register(buffer, descriptor.size, buffer);
    return buffer;
  };
  const { destroy, mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    const size = sizes.get(this);
    if (size !== undefined) {
      sizes.delete(this);
      collected.unregister(this);
      alive -= size;
    }
    return destroy.call(this);
  };
  GPUBuffer.prototype.mapAsync = function (...args) {
    counts.maps++;
    note();
    return mapAsync.apply(this, args);
  };

  const state = () => ({ counts: { ...counts }, alive_bytes: alive, series: series.slice() });
  const channel = new BroadcastChannel('gpu-count');
  if (typeof document === 'undefined') channel.onmessage = (event) => event.data === 'ask' && channel.postMessage(state());
  else globalThis.__gpuCalls = async () => {
    const all = [state()];
    channel.onmessage = (event) => typeof event.data === 'object' && all.push(event.data);
    channel.postMessage('ask');
    // Workers that wait for a lock never answer, so the answers cannot be counted.
    await new Promise((done) => setTimeout(done, 250));
    const sum = (of) => all.reduce((total, one) => total + of(one), 0);
    const busiest = all.reduce((a, b) => (b.counts.maps > a.counts.maps ? b : a));
    return {
      counts: Object.fromEntries(Object.keys(counts).map((key) => [key, sum((one) => one.counts[key])])),
      alive_bytes: sum((one) => one.alive_bytes),
      series: busiest.series,
    };
  };
})();
`;

/** Calls per step between two counts, over `steps` steps. */
export const perStep = (from, to, steps) =>
  Object.fromEntries(COUNTED.map((name) => [name, +((to.counts[name] - from.counts[name]) / steps).toFixed(2)]));

/**
 * Bytes of GPU buffers by step: `series` counts maps, of which the second half of the run, `counted` steps between two
 * counts, gives the number per step; its last map belongs to step `steps`.
 */
export function aliveBySteps(from, to, counted, steps) {
  const mapsPerStep = (to.counts.maps - from.counts.maps) / counted;
  if (!(mapsPerStep > 0)) return [];
  const last = to.series.at(-1)?.[0] ?? 0;
  return to.series
    .map(([maps, bytes]) => [Math.round(steps - (last - maps) / mapsPerStep), bytes])
    .filter(([step]) => step >= 1 && step <= steps);
}
