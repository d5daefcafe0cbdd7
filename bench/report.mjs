// performance.md and its charts, from performance.json alone.
import fs from 'node:fs';
import path from 'node:path';
import { SIZES } from './peers/common.mjs';
import * as aims from './report/aims.mjs';
import * as conditions from './report/conditions.mjs';
import * as curves from './report/curves.mjs';
import * as limits from './report/limits.mjs';
import * as memory from './report/memory.mjs';
import * as peers from './report/peers.mjs';
import * as size from './report/size.mjs';
import { table } from './report/words.mjs';

const SECTIONS = [aims, conditions, peers, curves, limits, memory, size];

const OPENING = `# Performance

What one training step of Stillroom costs, beside the libraries that do the same in a browser. This file and its charts are
written by \`cargo xtask bench\` from the numbers in [performance.json](performance.json); \`cargo xtask bench --report\` writes
them again without measuring.

A **step** is one batch of random tokens: the teacher's forward pass, the student's forward and backward pass, AdamW, and the
loss read back by the host (\`kd\`); or the same without a teacher, on the next token (\`lm\`). Weights and batches are the same
numbers in every library. Every run has a fresh headless Chromium; runs of different libraries take turns. Times are medians over
the second half of the steps of all rounds, with the 10th and the 90th percentile. **CPU time** is that of the whole browser.

${table(
  ['size', 'vocabulary', 'sequences', 'tokens each', 'teacher: width, layers', 'student: width, layers'],
  Object.entries(SIZES).map(([name, { V, B, T, teacher, student }]) => [name, V, B, T, `${teacher.d}, ${teacher.L}`, `${student.d}, ${student.L}`]),
)}`;

export function report(document, folder) {
  const charts = {};
  const context = { parts: document.parts, chart: (name, svg) => ((charts[name] = svg), `performance/${name}.svg`) };
  const text = [OPENING, ...SECTIONS.map((section) => section.render(context)).filter(Boolean)].join('\n');
  const drawn = path.join(folder, 'performance');
  fs.rmSync(drawn, { recursive: true, force: true });
  fs.mkdirSync(drawn, { recursive: true });
  for (const [name, svg] of Object.entries(charts)) fs.writeFileSync(path.join(drawn, `${name}.svg`), svg);
  fs.writeFileSync(path.join(folder, 'performance.md'), text);
}
