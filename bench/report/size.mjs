// The size of the modules.
import { barChart } from '../chart.mjs';
import { bytes, number, percent, picture, table } from './words.mjs';

export function render({ parts, chart }) {
  const blocks = Object.values(parts.size ?? {});
  if (!blocks.length) return '';
  const done = blocks.filter(({ summary }) => !summary.error);
  const rows = blocks.map(({ build, summary }) => [build, bytes(summary.raw), bytes(summary.brotli), ...['code', 'data'].map((name) => bytes(summary.sections?.find((section) => section.name === name)?.bytes))]);
  const named = done.filter(({ summary }) => summary.named);
  return `## Size

A visitor loads one of three builds: the fused plans, the same with relaxed SIMD where the browser has it, or the one with burn where the
plans do not work.

${table(['build', 'as it is', 'brotli', 'code', 'data'], rows)}${blocks.filter(({ summary }) => summary.error).map(({ build, summary }) => `\nNot measured: ${build} (${summary.error}).\n`).join('')}
${named.map((block) => one(block, chart)).join('\n')}`;
}

function one({ build, summary: { named } }, chart) {
  const title = `Code by crate: ${build}`;
  const file = chart(`size-${build.replace(/\W+/g, '-')}`.toLowerCase(), barChart({ title, unit: 'bytes', rows: named.crates.map(({ name, bytes: size }) => ({ label: name, value: size, text: `${bytes(size)} (${percent(size / named.code)})` })) }));
  return `### Where the bytes are: ${build}

The code section as compiled, before \`wasm-opt\` makes it smaller and drops the names: ${bytes(named.code)} in ${number(named.functions, 6)} functions. Generic code counts for the
crate of its type; "other" is the glue of the bindings and what has no path.

${picture(title, file)}
<details><summary>The largest functions</summary>

${table(['function', 'bytes'], named.largest.map(({ name, bytes: size }) => [`\`${name.replace(/\|/g, '\\|')}\``, number(size, 6)]))}
</details>
`;
}
