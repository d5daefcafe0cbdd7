import assert from 'node:assert/strict';
import test from 'node:test';
import vm from 'node:vm';
import { COUNT_GPU, aliveBySteps, perStep } from '../count.mjs';

/** The counting script in a worker-like world with a pretended GPU: that world, and a way to ask for the counts. */
function world() {
  class GPUBuffer { destroy() {} mapAsync() { return Promise.resolve(); } }
  class GPUDevice { createBuffer() { return new GPUBuffer(); } createBindGroup() {} createComputePipeline() { return 'made'; } }
  class GPUQueue { submit() {} writeBuffer() {} }
  class GPUComputePassEncoder { dispatchWorkgroups() {} }
  const posted = [];
  class BroadcastChannel {
    constructor() { world.channel = this; }
    postMessage(message) { posted.push(message); }
  }
  const globals = { GPUBuffer, GPUDevice, GPUQueue, GPUComputePassEncoder, BroadcastChannel, FinalizationRegistry, WeakMap };
  vm.runInNewContext(COUNT_GPU, globals);
  const ask = () => {
    world.channel.onmessage({ data: 'ask' });
    return JSON.parse(JSON.stringify(posted.at(-1)));
  };
  return { ...globals, ask };
}

test('calls are counted and still made', () => {
  const { GPUDevice, GPUQueue, GPUComputePassEncoder, ask } = world();
  const device = new GPUDevice();
  assert.equal(device.createComputePipeline(), 'made');
  device.createBindGroup();
  new GPUQueue().submit();
  for (let i = 0; i < 3; i++) new GPUComputePassEncoder().dispatchWorkgroups();
  const { counts } = ask();
  assert.deepEqual(counts, { dispatches: 3, bind_groups: 1, submits: 1, buffer_writes: 0, maps: 0, pipelines: 1, buffers: 0 });
});

test('a buffer is alive until it is destroyed, and destroyed once', () => {
  const { GPUDevice, ask } = world();
  const device = new GPUDevice();
  const buffer = device.createBuffer({ size: 100 });
  device.createBuffer({ size: 20 }).mapAsync();
  assert.equal(ask().alive_bytes, 120);
  buffer.destroy();
  buffer.destroy();
  assert.equal(ask().alive_bytes, 20);
  assert.deepEqual(ask().series, [[1, 120]]);
});

test('a long run is thinned out and keeps its last part', () => {
  const { GPUDevice, ask } = world();
  const buffer = new GPUDevice().createBuffer({ size: 8 });
  for (let i = 0; i < 10_000; i++) buffer.mapAsync();
  const { series } = ask();
  assert.ok(series.length <= 2000 && series.length >= 1000, `${series.length}`);
  assert.ok(series.at(-1)[0] > 9_990);
});

test('counts become calls per step, and maps become steps', () => {
  const state = (maps, series = []) => ({ counts: { dispatches: 10 * maps, bind_groups: 0, submits: 0, buffer_writes: 0, maps, pipelines: 0, buffers: 0 }, series });
  const [half, end] = [state(13), state(23, [[2, 5], [14, 6], [23, 7]])];
  assert.equal(perStep(half, end, 10).dispatches, 10);
  // Three maps of the self-test came before the twenty steps.
  assert.deepEqual(aliveBySteps(half, end, 10, 20), [[11, 6], [20, 7]]);
  assert.deepEqual(aliveBySteps(end, end, 10, 20), []);
});
