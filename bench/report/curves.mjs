// Our step against one dimension at a time.
import { lineChart } from '../chart.mjs';
import { DEVICES, failures, ms, number, picture, table } from './words.mjs';

const NAMES = { width: 'width of the student', layers: 'layers of the student', batch: 'sequences per batch', population: 'members of the population', vocab: 'vocabulary' };

export function render({ parts, chart }) {
  const blocks = Object.entries(parts.curves ?? {});
  if (!blocks.length) return '';
  return `## Curves

The \`kd\` step of size S with one dimension changed at a time. The teacher's vocabulary follows the student's; the rest of it stays.

${blocks.map(([name, block]) => one(name, block, chart)).join('\n')}`;
}

function one(name, { dimension, batch, summary: { rows } }, chart) {
  const called = batch ? `${NAMES[dimension]}, ${batch} sequences each` : NAMES[dimension];
  const done = rows.filter((row) => row.median_ms);
  const values = [...new Set(done.map((row) => row.value))].sort((a, b) => a - b);
  const population = dimension === 'population';
  const devices = Object.keys(DEVICES).filter((device) => done.some((row) => row.device === device));
  // Of a population, what counts is the time of each member.
  const amount = population ? (row, ms) => ms / row.value : (_, ms) => 1000 / ms;
  const series = devices.map((device) => ({
    name: DEVICES[device],
    points: done.filter((row) => row.device === device).map((row) => {
      const [low, high] = [amount(row, row.p10_ms), amount(row, row.p90_ms)].sort((a, b) => a - b);
      return [row.value, amount(row, row.median_ms), low, high];
    }),
  }));
  const what = population ? 'Milliseconds per step and member' : 'Steps per second';
  const title = `${what} against ${called}`;
  const drawn = series.length
    ? picture(title, chart(name, lineChart({ title, x: { label: NAMES[dimension], log: true, values }, y: { label: what.toLowerCase(), log: true }, series })))
    : '';
  const cells = (value) => devices.flatMap((device) => {
    const row = done.find((candidate) => candidate.device === device && candidate.value === value);
    const spread = row ? `${ms(row.median_ms)} (${number(row.p10_ms)} - ${number(row.p90_ms)})` : '-';
    return [spread, population ? ms(row?.median_ms / value) : number(1000 / row?.median_ms), ...(device === 'webgpu' ? [number(row?.gpu?.dispatches, 5)] : [])];
  });
  const head = devices.flatMap((device) => [`${DEVICES[device]}: median (p10 - p90)`, population ? 'per member' : 'steps/s', ...(device === 'webgpu' ? ['dispatches'] : [])]);
  return `### ${called[0].toUpperCase()}${called.slice(1)}

${drawn}
${table([NAMES[dimension], ...head], values.map((value) => [value, ...cells(value)]))}${failures(rows, (row) => `${NAMES[dimension]} ${row.value} on ${DEVICES[row.device]}`)}`;
}
