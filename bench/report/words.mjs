// Numbers and tables as the report writes them.

export const DEVICES = { webgpu: 'WebGPU', cpu: 'CPU' };

/** Three digits, or all before the point; thousands apart. */
export function number(value, digits = 3) {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 10 ** digits) return Math.round(value).toLocaleString('en-US');
  return (+value.toPrecision(digits)).toLocaleString('en-US', { maximumFractionDigits: 20 });
}

export const ms = (value) => (Number.isFinite(value) ? `${number(value)} ms` : '-');
export const times = (value) => (Number.isFinite(value) ? `${number(value)}x` : '-');
export const percent = (value) => (Number.isFinite(value) ? `${number(100 * value, 2)} %` : '-');

export function bytes(value) {
  if (!Number.isFinite(value)) return '-';
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} MB` : value >= 1e3 ? `${(value / 1e3).toFixed(1)} kB` : `${value} B`;
}

/** With a unit's prefix: 12.3 G. */
export function scaled(value, unit) {
  if (!Number.isFinite(value)) return '-';
  const [factor, prefix] = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, '']].find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  return `${number(value / factor)} ${prefix}${unit}`;
}

/** A Markdown table; all columns but the first are numbers, to the right. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i ? '--:' : '---'))), ...rows.map(line)].join('\n') + '\n';
}

export const picture = (alt, file) => `![${alt}](${file})\n`;

/** Sentences for what could not be measured. */
export const failures = (rows, describe) =>
  rows.filter((row) => row.error).map((row) => `\nNot measured${row.failed && row.rounds ? ` in ${row.failed} of its runs` : ''}: ${describe(row)} (${row.error}).\n`).join('');
