// Memory over thousands of steps.
import { lineChart } from '../chart.mjs';
import { DEVICES, bytes, number, picture, table } from './words.mjs';

export function render({ parts, chart }) {
  const blocks = Object.values(parts.memory ?? {});
  if (!blocks.length) return '';
  const series = blocks.filter(({ summary }) => !summary.error).flatMap(({ device, summary }) => [
    { name: `wasm, ${DEVICES[device]}`, points: summary.wasm },
    ...(summary.gpu?.length ? [{ name: 'GPU buffers', points: summary.gpu }] : []),
  ]).filter(({ points }) => points.length);
  const title = 'Memory over the steps of one run';
  const drawn = series.length ? picture(title, chart('memory', lineChart({ title, x: { label: 'step', zero: true }, y: { label: 'bytes', zero: true }, series }))) : '';
  const verdict = (growth) => (growth?.grew == null ? '-' : growth.grew ? `grew by ${bytes(growth.after - growth.before)}` : 'did not grow');
  const rows = blocks.map(({ device, steps, batch, width, summary }) => [
    `${DEVICES[device]}${batch ? `, batch ${batch}` : ''}${width ? `, width ${width}` : ''}`,
    number(steps, 5),
    ...(summary.error
      ? [`not measured: ${summary.error}`, '', '', '']
      : [bytes(summary.wasm_growth.after), verdict(summary.wasm_growth), bytes(summary.gpu_growth.after ?? NaN), verdict(summary.gpu_growth)]),
  ]);
  const settled = blocks.find(({ summary }) => summary.wasm_growth)?.summary.wasm_growth.settled;
  return `## Memory

The \`kd\` step of size S, thousands of times. GPU buffers count from their creation until they are destroyed or collected.${settled ? ` "Grew" compares the
largest size after step ${settled} with the size at it.` : ''}

${drawn}
${table(['', 'steps', 'wasm memory', `after step ${settled ?? '-'}`, 'GPU buffers', `after step ${settled ?? '-'}`], rows)}`;
}
