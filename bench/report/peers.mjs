// Beside the peers: times, counts, the first step, and that all compute the same.
import { barChart } from '../chart.mjs';
import { DEVICES, failures, ms, number, picture, table, times } from './words.mjs';

const nameOf = (row) => (row.subject === 'torch' ? row.label : `${row.label}, ${DEVICES[row.device]}`);

export function render({ parts, chart }) {
  const blocks = Object.values(parts.peers ?? {});
  if (!blocks.length) return '';
  return `## Beside the peers

Ratios are times of the other library divided by ours on the same kind of device; above 1, ours is faster. The page computes with one
thread on the CPU; the others use as many as there are cores.

${blocks.map((block) => one(block, chart)).join('\n')}
${counts(blocks)}
${firstSteps(blocks)}
${losses(blocks)}`;
}

function one({ size, mode, tokens, summary: { rows } }, chart) {
  const done = rows.filter((row) => row.median_ms);
  const ours = (device) => done.find((row) => row.subject === 'ours' && row.device === device);
  const lines = done.map((row) => [
    nameOf(row),
    ms(row.median_ms),
    `${number(row.p10_ms)} - ${number(row.p90_ms)}`,
    row.subject === 'ours' ? '' : times(row.median_ms / ours(row.device)?.median_ms),
    ms(row.cpu_ms),
    row.subject === 'ours' ? '' : times(row.cpu_ms / ours(row.device)?.cpu_ms),
    number((1000 * tokens) / row.median_ms),
    `${row.rounds} x ${row.steps}`,
  ]);
  const title = `Size ${size}, ${mode}: milliseconds per step`;
  const drawn = done.length
    ? picture(title, chart(`peers-${size}-${mode}`.toLowerCase(), barChart({
        title,
        unit: 'ms per step, shorter is better',
        log: true,
        rows: done.map((row) => ({ label: nameOf(row), value: row.median_ms, low: row.p10_ms, high: row.p90_ms, colour: row.subject === 'ours' ? 0 : 5, text: ms(row.median_ms) })),
      })))
    : '';
  return `### Size ${size}, \`${mode}\`

${table(['', 'median', 'p10 - p90', 'ratio', 'CPU time per step', 'ratio', 'tokens/s', 'rounds x steps'], lines)}
${drawn}${failures(rows, nameOf)}`;
}

function counts(blocks) {
  const rows = blocks.flatMap(({ size, mode, summary }) =>
    summary.rows
      .filter((row) => row.gpu)
      .map(({ gpu, ...row }) => [`${nameOf(row)}, ${size} ${mode}`, ...['dispatches', 'bind_groups', 'submits', 'buffer_writes', 'maps', 'buffers', 'pipelines'].map((key) => number(gpu[key], 5))]),
  );
  if (!rows.length) return '';
  return `### Calls to WebGPU per step

A GPU computes kernels of this size in microseconds, so on a visitor's machine these calls are what a step waits for. Unlike times on an
imitated GPU, they are the same everywhere. Counted over the second half of the steps.

${table(['', 'dispatches', 'bind groups', 'submits', 'buffer writes', 'maps', 'buffers made', 'pipelines made'], rows)}`;
}

function firstSteps(blocks) {
  const rows = blocks.flatMap(({ size, mode, summary }) =>
    summary.rows.filter((row) => row.start_ms).map((row) => {
      const ours = summary.rows.find((other) => other.subject === 'ours' && other.device === row.device);
      return [`${nameOf(row)}, ${size} ${mode}`, ms(row.start_ms), row.subject === 'ours' ? '' : times(row.start_ms / ours?.start_ms), ms(row.first_ms)];
    }),
  );
  const opened = blocks
    .filter(({ summary }) => summary.opened?.start_ms)
    .map(({ size, mode, summary: { opened } }) => [`${size} ${mode}`, ms(opened.ready_ms), ms(opened.self_test_ms), ms(opened.start_ms)]);
  if (!rows.length) return '';
  return `### The first step

From the call to the first loss, download excluded: the device opened, weights made and uploaded, kernels compiled, one step. Ours on WebGPU
includes the self-test of the device.

${table(['', 'until the first loss', 'ratio', 'of which in the first step itself'], rows)}${opened.length ? `
A visitor's page opens and tests the device while it loads. How long that takes on WebGPU, from asking for the page, and what is left until
the first loss then:

${table(['', 'until the page is ready', 'of which self-test', 'from the call to the first loss'], opened)}` : ''}`;
}

function losses(blocks) {
  const all = blocks.flatMap(({ size, mode, summary }) => summary.differences.map((row) => ({ size, mode, ...row })));
  if (!all.length) return '';
  const largest = all.reduce((a, b) => (b.largest > a.largest ? b : a));
  const rows = all.map((row) => [
    `${row.size} ${row.mode}`,
    DEVICES[row.device],
    row.peer === 'torch' ? row.label : `${row.label}, ${DEVICES[row.peer_device]}`,
    row.steps,
    row.largest.toExponential(1),
  ]);
  return `### All compute the same

The largest relative difference of any loss of ours from that of a peer is **${largest.largest.toExponential(1)}** (size ${largest.size}, \`${largest.mode}\`, ours on
${DEVICES[largest.device]} against ${largest.label}). A slow peer takes fewer steps; as many are compared as both took.

<details><summary>Every pair</summary>

${table(['', 'ours', 'peer', 'steps', 'largest relative difference'], rows)}
</details>
`;
}
