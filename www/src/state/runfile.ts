import type { Figures, RunFile } from '../wasm/stillroom.js';
import { experiments, isShare, type Experiment } from './experiment.ts';
import { MOST_MEMBERS, figures, prose, settings, spectra, teacherName, verdicts, word } from './parts.ts';
import { Misfit, among, count, finite, flag, listOf, mapOf, maybe, record, share } from './shape.ts';

export const FORMAT = 'stillroom.run';
export const VERSION = 2;
export const LARGEST_FILE = 20 * 1024 * 1024;

const task = among('add', 'sort', 'fact', 'brew', 'story', 'ask', 'num', 'hire', 'who', 'blend');
const losses = listOf(maybe(finite), MOST_MEMBERS);

const cost = record({
  queries: finite,
  // Not counted in runs of before.
  distinctQueries: maybe(finite),
  tokensBought: finite,
  bitsExposed: finite,
  studentFlops: finite,
  queryFlops: finite,
  teacherFlops: finite,
});

const sampleAnswer = record({ text: prose, correct: flag, refused: maybe(flag) });

const runFile = record({
  format: among(FORMAT),
  version: count,
  experiment: word,
  stillroom: word,
  device: record({
    backend: among('webgpu', 'cpu', 'recorded'),
    adapter: prose,
    reason: prose,
    // `passed` was always true and is no longer written; files that say it are read.
    selfTest: record({ passed: maybe(flag), matmulError: finite, gradientError: finite, milliseconds: finite }),
  }),
  teacher: record({
    name: teacherName,
    title: word,
    parameters: count,
    sha256: word,
    trainingSteps: count,
    trainingFlops: finite,
    scores: figures,
  }),
  plan: record({
    settings,
    members: listOf(record({ arm: word, seed: count, against: teacherName, parameters: count }), MOST_MEMBERS),
    teacher: teacherName,
    teachers: listOf(teacherName, 16),
    tasks: listOf(task, 16),
    batch: count,
    tokensPerStep: count,
    schedule: listOf(count, 10_000),
    validationItems: count,
    testItems: count,
    storyEntropy: finite,
  }),
  losses: listOf(record({ step: count, loss: losses }), 200_000),
  evaluations: listOf(
    record({
      step: count,
      split: among('train', 'validation', 'test', 'out_of_distribution'),
      members: listOf(record({ arm: word, seed: count, figures, items: mapOf(count, 64), cost }), MOST_MEMBERS),
      teachers: maybe(listOf(record({ name: teacherName, figures }), 16)),
    }),
    10_000,
  ),
  samples: listOf(
    record({ task, prompt: prose, truth: prose, teacher: sampleAnswer, members: listOf(sampleAnswer, MOST_MEMBERS) }),
    1_000,
  ),
  verdicts,
  spectra: maybe(spectra),
  failedMembers: count,
  seconds: finite,
  finished: flag,
  stopped: maybe(prose),
});

/** Reads a run file. Throws an `Error` whose message is one sentence for the visitor. */
export function readRunFile(content: string): RunFile {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new Error('This is not a run file: it is not valid JSON, or only a part of it.');
  }
  const head = value as { format?: unknown; version?: unknown } | null;
  if (typeof head !== 'object' || head === null || head.format !== FORMAT) {
    throw new Error('This is not a run file of Stillroom.');
  }
  if (head.version !== VERSION) {
    throw new Error(`This run file is of another version of Stillroom than this page, which reads version ${VERSION}.`);
  }
  try {
    runFile(value, '');
    const run = value as RunFile;
    const experiment = experiments.find((one) => one.id === run.experiment);
    if (!experiment || run.plan.settings.experiment !== run.experiment) throw new Misfit('experiment', 'an experiment of this page');
    checkNames(run, experiment);
    checkOrder(run);
    return run;
  } catch (error) {
    if (error instanceof Misfit) throw new Error(`This run file is damaged: ${error.message}.`);
    throw error;
  }
}

/** Arms and shares, which only the experiment knows. */
function checkNames(run: RunFile, experiment: Experiment): void {
  const arms = experiment.arms.map((arm) => arm.id);
  const known = among(...arms);
  listOf(known, arms.length)(run.plan.settings.arms ?? [], 'plan.settings.arms');
  run.plan.members.forEach(({ arm }, index) => known(arm, `plan.members[${index}].arm`));
  const shares = (of: Figures, path: string): void => {
    for (const [id, value] of Object.entries(of)) if (isShare(experiment, id)) maybe(share)(value, `${path}.${id}`);
  };
  shares(run.teacher.scores, 'teacher.scores');
  run.evaluations.forEach((evaluation, at) => {
    evaluation.members.forEach((member, index) => shares(member.figures, `evaluations[${at}].members[${index}].figures`));
    evaluation.teachers?.forEach((teacher, index) => shares(teacher.figures, `evaluations[${at}].teachers[${index}].figures`));
  });
}

function checkOrder(run: RunFile): void {
  const { members } = run.plan;
  const fits = run.evaluations.every(
    (evaluation) =>
      evaluation.members.length === members.length &&
      evaluation.members.every(({ arm, seed }, index) => arm === members[index]?.arm && seed === members[index]?.seed),
  );
  if (members.length === 0 || !fits) throw new Error('This run file is damaged: its measurements do not fit its list of students.');
  const rising = run.evaluations.every((one, index, all) => index === 0 || one.step >= (all[index - 1]?.step ?? -1));
  if (!rising) throw new Error('This run file is damaged: its measurements are not in order.');
}

/** Reads a file that the visitor chose. */
export async function openRunFile(file: Blob): Promise<RunFile> {
  if (file.size > LARGEST_FILE) throw new Error('This file is too large for a run file: it has more than 20 MB.');
  if (file.size === 0) throw new Error('This file is empty.');
  return readRunFile(await file.text());
}
