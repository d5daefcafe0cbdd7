// Where a step's time goes, how far it is from what the device can do, and what the key-value cache saves.
import { barChart } from '../chart.mjs';
import { DEVICES, failures, ms, number, percent, picture, scaled, table, times } from './words.mjs';

export function render(context) {
  return [profile(context), distance(context), generation(context)].filter(Boolean).join('\n');
}

function profile({ parts, chart }) {
  const found = Object.values(parts.profile ?? {}).flatMap(({ size, summary }) => summary.devices.map((one) => ({ size, ...one })));
  if (!found.length) return '';
  const sections = found.map(({ size, device, parts: kinds, error }) => {
    const heading = `### Size ${size} on ${DEVICES[device]}\n`;
    if (!kinds.length) return `${heading}\nNot measured: ${error}.\n`;
    const total = kinds.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const title = `Size ${size}, kd, ${DEVICES[device]}: milliseconds by kind of work`;
    const drawn = picture(title, chart(`kinds-${size}-${device}`.toLowerCase(), barChart({ title, unit: 'ms', rows: kinds.map(({ name, milliseconds }) => ({ label: name, value: milliseconds, text: `${number(milliseconds)} (${percent(milliseconds / total)})` })) })));
    return `${heading}
${drawn}
${table(['kind of work', 'times per step', 'milliseconds', 'share'], [...kinds.map(({ name, count, milliseconds }) => [name, number(count), number(milliseconds), percent(milliseconds / total)]), ['sum', number(kinds.reduce((sum, { count }) => sum + count, 0)), number(total), '']])}`;
  });
  return `## Where the time of a step goes

As \`stillroom.profile\` gives it; kinds of work are timed apart from each other, so their sum is not exactly a step.

${sections.join('\n')}`;
}

function distance({ parts }) {
  const blocks = Object.values(parts.limits ?? {});
  const rows = blocks.flatMap(({ device, summary: { peaks, steps } }) =>
    steps.map((step) => [
      `${DEVICES[device]}, ${step.size}`,
      scaled(step.flops, 'FLOP'),
      scaled(step.bytes, 'B'),
      scaled(peaks.flops_per_s, 'FLOP/s'),
      scaled(peaks.bytes_per_s, 'B/s'),
      ms(step.arithmetic_ms),
      ms(step.traffic_ms),
      ms(step.median_ms),
      percent(step.share),
    ]),
  );
  if (!blocks.length) return '';
  return `## Distance to the limit

The work of a \`kd\` step, and how long it would take if all of its arithmetic ran as fast as one large matrix product here, or all of its
memory traffic as fast as one large copy. The share is the longer of the two divided by the measured time.

${table(['', 'arithmetic', 'traffic', 'peak product', 'peak copy', 'at that peak', 'at that peak', 'measured', 'share reached'], rows)}${blocks.map(({ device, summary }) => failures(summary.rows, (row) => `${row.mode} ${row.size} on ${DEVICES[device]}`)).join('')}`;
}

function generation({ parts }) {
  const blocks = Object.values(parts.generation ?? {});
  if (!blocks.length) return '';
  return blocks.map(({ size, sequences, tokens, summary: { rows } }) => {
    const rate = (device, mode) => {
      const row = rows.find((candidate) => candidate.device === device && candidate.mode === mode && candidate.median_ms);
      return row ? row.work.tokens / (row.median_ms / 1000) : NaN;
    };
    const lines = Object.keys(DEVICES).map((device) => [DEVICES[device], number(rate(device, 'generate')), number(rate(device, 'recompute')), times(rate(device, 'generate') / rate(device, 'recompute'))]);
    return `## Generation

${sequences} sequences continued by ${tokens} tokens by the teacher of size ${size}: tokens per second with the key-value cache, and when everything is
computed again for each token.

${table(['', 'with cache', 'recomputed', 'ratio'], lines)}${failures(rows, (row) => `${row.mode} on ${DEVICES[row.device]}`)}`;
  }).join('\n');
}
