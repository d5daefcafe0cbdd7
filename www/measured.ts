import { existsSync, readFileSync } from 'node:fs';
import { readBands } from './src/state/bands.ts';
import { experiments } from './src/state/experiment.ts';
import type { Brief, Measured } from './src/state/measured.ts';
import { readRunFile } from './src/state/runfile.ts';
import { totalsOf } from './src/state/totals.ts';

const COPIED = 'text';

function read(path: string): string | undefined {
  const at = new URL(`./public/${path}`, import.meta.url);
  return existsSync(at) ? readFileSync(at, 'utf8') : undefined;
}

/** What the explainer prints of the references and of the recorded run. A file that cannot be read fails the build. */
export function measured(): Measured {
  const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string };
  const epoch = process.env['SOURCE_DATE_EPOCH'];
  const date = (epoch ? new Date(1000 * Number(epoch)) : new Date()).toISOString().slice(0, 10);
  return { references: references(), cost: cost(), built: { date, version } };
}

function references(): Record<string, Brief> {
  const entries = experiments.flatMap(({ id }) => {
    const content = read(`reference/${id}.json`);
    if (content === undefined) return [];
    const { curves: _, spectra: __, ...brief } = readBands(content, id);
    return [[id, brief] as const];
  });
  return Object.fromEntries(entries);
}

function cost(): Measured['cost'] {
  const content = read('recorded/capability.json');
  if (content === undefined) return undefined;
  const run = readRunFile(content);
  const [totals] = totalsOf([COPIED], run.evaluations);
  const student = run.plan.members.find((member) => member.arm === COPIED);
  if (!totals || !student) return undefined;
  return { totals, teacherParameters: run.teacher.parameters, studentParameters: student.parameters, budget: Number(run.plan.settings.budget) };
}
