// The benchmark: `cargo xtask bench` calls this with what it found on the machine. Measures the chosen parts block by block,
// merges each block into performance.json as soon as it is done, and writes performance.md with its charts from that file.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Progress, duration } from './progress.mjs';
import { report } from './report.mjs';
import { rounded } from './stats.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FORMAT = 'stillroom.performance';
/** Long enough for the slowest single run on an imitated GPU. */
const TIMEOUT_S = 4 * 3600;

const text = { type: 'string', default: '' };
const { values: args } = parseArgs({
  options: {
    only: text,
    sizes: text,
    modes: text,
    peers: text,
    rounds: text,
    budget: text,
    out: text,
    target: text,
    chromium: text,
    rustc: text,
    commit: text,
    quick: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});
const list = (words) => words.split(',').filter(Boolean);
const file = path.join(args.out, 'performance.json');

function read() {
  if (!fs.existsSync(file)) return { format: FORMAT, version: 1, parts: {} };
  const document = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (document.format !== FORMAT || document.version !== 1) throw new Error(`${file} is not of this benchmark`);
  return document;
}

/** Each list of plain numbers on one line: a file that people may read. */
function write(document) {
  fs.mkdirSync(args.out, { recursive: true });
  const json = JSON.stringify(document, null, 1).replace(/\[[\s\d.,eE+-]*\]/g, (numbers) => numbers.replace(/\s+/g, ''));
  fs.writeFileSync(file, `${json}\n`);
}

async function measure() {
  // Loaded only here: a report needs none of the packages.
  const { prepare } = await import('./prepare.mjs');
  const context = await prepare({
    root,
    target: args.target,
    chromium: args.chromium,
    rustc: args.rustc,
    commit: args.commit,
    quick: args.quick,
    sizes: list(args.sizes),
    modes: list(args.modes),
    peers: list(args.peers),
    rounds: args.quick ? 1 : Number(args.rounds),
    budget_s: args.quick ? 1 : Number(args.budget),
    timeout_s: TIMEOUT_S,
  });
  try {
    const plan = [];
    for (const part of list(args.only)) {
      const { blocks } = await import(`./parts/${part}.mjs`);
      for (const block of blocks(context)) plan.push({ part, ...block });
    }
    await carryOut(plan, context);
  } finally {
    context.close();
  }
}

/** What the file keeps of a run: losses with more digits, as they are compared. Memory over time is in the summary of its part. */
function kept({ times_ms, losses, memory, alive, entropy, first_ms, ...rest }) {
  return {
    ...rounded(rest),
    ...(times_ms ? { times_ms: rounded(times_ms, 5), losses: rounded(losses, 9) } : {}),
  };
}

/** What a run is, without the function that makes it. */
const labels = ({ measure, ...rest }) => rest;
const keyOf = (part, block, run) => JSON.stringify([part, block, { ...labels(run), round: 0 }]);
const described = (run) => Object.entries(labels(run)).filter(([key]) => key !== 'round' && key !== 'label').map(([, value]) => value).join(' ');

async function carryOut(plan, context) {
  const progress = new Progress(plan.flatMap(({ part, name, runs }) => runs.map((run) => keyOf(part, name, run))));
  let failed = 0;
  for (const { part, name, facts, runs, summarise } of plan) {
    const began = performance.now();
    const results = [];
    for (const run of runs) {
      progress.start(`${part}, ${name}${described(run) && `, ${described(run)}`}, round ${run.round + 1}`);
      const start = performance.now();
      let result;
      try {
        result = await run.measure();
      } catch (error) {
        failed++;
        result = { error: String(error?.message ?? error).split('\n')[0].slice(0, 300) };
        console.error(`  failed: ${result.error}`);
      }
      progress.finish((performance.now() - start) / 1000);
      results.push({ ...result, ...labels(run) });
    }
    const document = read();
    document.parts[part] ??= {};
    document.parts[part][name] = {
      date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
      seconds: Math.round((performance.now() - began) / 1000),
      machine: context.described,
      ...facts,
      summary: rounded(summarise(results)),
      runs: results.map(kept),
    };
    write(document);
  }
  console.log(`measured in ${duration(performance.now() / 1000)}${failed ? `; ${failed} runs failed` : ''}`);
}

// The browsers end with this process.
process.on('SIGTERM', () => process.exit(143));
if (!args.report) await measure();
if (!fs.existsSync(file)) throw new Error(`there is no ${file} yet: measure something first`);
report(read(), args.out);
console.log(`written: ${path.relative(process.cwd(), path.join(args.out, 'performance.md'))}`);
