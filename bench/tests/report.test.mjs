import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { barChart, lineChart, ticks } from '../chart.mjs';
import { Progress, duration } from '../progress.mjs';
import { report } from '../report.mjs';
import { aims } from '../report/aims.mjs';

const machine = { cpu: 'a processor', cores: 2, memory_gb: 8, system: 'Linux x64', adapter: 'an adapter', software_adapter: true, chromium: '1', node: '20', rustc: 'rustc 1', commit: 'abc', peers: { 'jax-js': '0.1' } };
const block = (facts, summary, runs = []) => ({ date: '2026-01-01 00:00 UTC', seconds: 1, machine, ...facts, summary, runs });
const gpu = (dispatches) => ({ dispatches, bind_groups: 1, submits: 2, buffer_writes: 1, maps: 1, pipelines: 0, buffers: 0 });
const row = (subject, on, median_ms, rest = {}) => ({ subject, label: subject, device: on, rounds: 3, steps: 30, median_ms, p10_ms: median_ms, p90_ms: median_ms, cpu_ms: median_ms, start_ms: 10 * median_ms, first_ms: median_ms, ...rest });

function everything() {
  const work = { flops: 1e9, bytes: 1e8, parameters: 1000, tokens: 2048 };
  return {
    peers: {
      'S kd': block(
        { size: 'S', mode: 'kd', tokens: 1024 },
        {
          rows: [row('ours', 'webgpu', 700, { gpu: gpu(70) }), row('jax', 'webgpu', 1750, { gpu: gpu(457) }), row('ours', 'cpu', 60), row('jax-wasm', 'cpu', 170), { subject: 'tfjs', label: 'TensorFlow.js', device: 'webgpu', failed: 3, error: 'too slow' }],
          opened: { start_ms: 900, ready_ms: 3000, self_test_ms: 2500 },
          differences: [{ device: 'webgpu', peer: 'jax', label: 'jax-js', peer_device: 'webgpu', steps: 30, largest: 3e-6 }],
        },
        [{ label: 'ours', device: 'webgpu', round: 1, other_load: 0.7, times_ms: [] }],
      ),
    },
    curves: {
      population: block({ dimension: 'population' }, { rows: [{ device: 'webgpu', value: 1, median_ms: 100, p10_ms: 90, p90_ms: 110, gpu: gpu(70) }, { device: 'webgpu', value: 8, median_ms: 400, p10_ms: 390, p90_ms: 410, gpu: gpu(70) }, { device: 'cpu', value: 1, error: 'lost' }] }),
    },
    generation: { S: block({ size: 'S', sequences: 64, tokens: 32 }, { rows: [{ device: 'cpu', mode: 'generate', median_ms: 100, work }, { device: 'cpu', mode: 'recompute', median_ms: 400, work }] }) },
    limits: { cpu: block({ device: 'cpu' }, { rows: [], peaks: { flops_per_s: 2e10, bytes_per_s: 5e9 }, steps: [{ size: 'S', median_ms: 100, ...work, arithmetic_ms: 50, traffic_ms: 20, share: 0.5 }] }) },
    profile: { S: block({ size: 'S' }, { devices: [{ device: 'cpu', parts: [{ name: 'products', count: 40, milliseconds: 30 }] }, { device: 'webgpu', parts: [], error: 'lost' }] }) },
    memory: { webgpu: block({ device: 'webgpu', steps: 5000, batch: 2 }, { wasm: [[25, 1e6], [5000, 1e6]], gpu: [[25, 2e6], [5000, 2e6]], wasm_growth: { settled: 200, before: 1e6, after: 1e6, grew: false }, gpu_growth: { settled: 200, before: 2e6, after: 3e6, grew: true } }) },
    size: { plans: block({ build: 'plans' }, { raw: 2e6, brotli: 7e5, sections: [{ name: 'code', bytes: 1e6 }], named: { code: 100, functions: 2, crates: [{ name: 'core', bytes: 100 }], largest: [{ name: 'core::a|b', bytes: 60 }] } }) },
  };
}

function rendered(parts) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
  try {
    report({ parts }, folder);
    const charts = Object.fromEntries(fs.readdirSync(path.join(folder, 'performance')).map((name) => [name, fs.readFileSync(path.join(folder, 'performance', name), 'utf8')]));
    return { text: fs.readFileSync(path.join(folder, 'performance.md'), 'utf8'), charts };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('the report shows every part, what failed, and which runs should not be quoted', () => {
  const { text, charts } = rendered(everything());
  for (const heading of ['What was to be reached', 'Where and when', 'Beside the peers', 'The first step', 'All compute the same', 'Curves', 'Where the time of a step goes', 'Distance to the limit', 'Generation', 'Memory', 'Size']) {
    assert.match(text, new RegExp(`^#+ ${heading}`, 'm'));
  }
  assert.match(text, /Not measured: TensorFlow\.js, WebGPU \(too slow\)/);
  assert.match(text, /other load above 0\.2, whose times should not be quoted: 1\./);
  assert.match(text, /GPU buffers .*\n.*\n.*did not grow.*grew by 1\.00 MB/);
  assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  for (const [, file] of text.matchAll(/\]\(performance\/([^)]+)\)/g)) assert.ok(charts[file], file);
  for (const [name, svg] of Object.entries(charts)) assert.doesNotMatch(svg, /NaN|undefined|Infinity/, name);
});

test('each part may be missing', () => {
  for (const part of Object.keys(everything())) {
    const { [part]: only } = everything();
    assert.doesNotMatch(rendered({ [part]: only }).text, /NaN|undefined|Infinity/, part);
  }
});

test('aims are judged by their bounds, and left out where nothing was measured', () => {
  const judged = Object.fromEntries(aims(everything()).map(({ aim, met }) => [aim, met]));
  assert.equal(judged['dispatches per step, WebGPU'], true);
  assert.equal(judged['time of a step relative to jax-js, WebGPU'], true);
  assert.equal(judged['time until the first loss relative to jax-js, WebGPU, once the page is ready'], true);
  assert.equal(judged['time per member at 8 relative to one, WebGPU'], true);
  assert.equal(judged['generation with the cache relative to recomputing, CPU'], false);
  assert.equal(judged['generation with the cache relative to recomputing, WebGPU'], undefined);
  assert.equal(judged['growth of GPU buffers after step 200 of 5,000, WebGPU'], false);
  assert.ok(aims({}).every((aim) => aim.measured === undefined));
});

test('ticks are round and within the axis', () => {
  assert.deepEqual(ticks(0, 100, false), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticks(1, 1000, true), [1, 10, 100, 1000]);
  assert.deepEqual(ticks(110, 190, true), [120, 140, 160, 180]);
});

test('charts say in words what they show, with signs of HTML escaped', () => {
  const svg = lineChart({ title: 'a < b', x: { label: 'step' }, y: { label: 'bytes', zero: true }, series: [{ name: 'wasm', points: [[1, 5], [2, 5]] }] });
  assert.match(svg, /<title id="t">a &lt; b<\/title>/);
  assert.match(svg, /<desc id="d">wasm: from 5 at step 1 to 5 at 2<\/desc>/);
  assert.match(barChart({ title: 't', unit: 'ms', rows: [{ label: 'ours', value: 12 }] }), /<desc id="d">ours: 12<\/desc>/);
});

test('the time left is that of the last run of the same kind, or else the mean', () => {
  const said = [];
  const progress = new Progress(['a', 'b', 'a', 'c'], (line) => said.push(line));
  progress.start('first');
  progress.finish(10);
  progress.start('second');
  progress.finish(100);
  assert.equal(progress.left(), 10 + 55);
  assert.deepEqual(said, ['1 of 4: first', '2 of 4: second; about 30 s left']);
  assert.equal(duration(5400), '1 h 30 min');
});
