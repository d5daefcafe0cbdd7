import type { RunFile } from '../wasm/stillroom.js';
import { Misfit, among, count, finite, flag, listOf, maybe, record, text, type Shape } from './shape';

export const FORMAT = 'stillroom.run';
export const VERSION = 1;
export const LARGEST_FILE = 20 * 1024 * 1024;

const word = text(200);
const prose = text(4_000);
const arm = among('logits', 'text', 'scratch');
const teacherName = among('main', 'imperfect');

const share: Shape = (value, path) => {
  finite(value, path);
  if ((value as number) < 0 || (value as number) > 1) throw new Misfit(path, 'a share between 0 and 1');
};

const scores = record({
  add: maybe(share),
  sort: maybe(share),
  fact: maybe(share),
  brew: maybe(share),
  storyNll: maybe(finite),
});

const settings = record({
  teacher: maybe(teacherName),
  arms: maybe(listOf(arm, 16)),
  access: maybe(among('full', 'top20', 'top5')),
  temperature: maybe(finite),
  hardLabels: maybe(finite),
  budget: maybe(count),
  steps: maybe(count),
  seed: maybe(count),
  seeds: maybe(count),
  items: maybe(count),
});

const MOST_MEMBERS = 256;
const losses = listOf(maybe(finite), MOST_MEMBERS);

const cost = record({
  queries: finite,
  tokensBought: finite,
  bitsExposed: finite,
  studentFlops: finite,
  queryFlops: finite,
  teacherFlops: finite,
});

const sampleAnswer = record({ text: prose, correct: flag });

const runFile = record({
  format: among(FORMAT),
  version: count,
  experiment: word,
  stillroom: word,
  device: record({
    backend: among('webgpu', 'cpu', 'recorded'),
    adapter: prose,
    reason: prose,
    selfTest: record({ passed: flag, matmulError: finite, gradientError: finite, milliseconds: finite }),
  }),
  teacher: record({
    name: teacherName,
    title: word,
    parameters: count,
    sha256: word,
    trainingSteps: count,
    trainingFlops: finite,
    scores,
  }),
  plan: record({
    settings,
    members: listOf(record({ arm, seed: count }), MOST_MEMBERS),
    studentParameters: count,
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
      members: listOf(
        record({ arm, seed: count, scores, kl: maybe(finite), agreement: maybe(share), cost }),
        MOST_MEMBERS,
      ),
    }),
    10_000,
  ),
  samples: listOf(
    record({
      task: among('add', 'sort', 'fact', 'brew', 'story'),
      prompt: prose,
      truth: prose,
      teacher: sampleAnswer,
      members: listOf(sampleAnswer, MOST_MEMBERS),
    }),
    1_000,
  ),
  verdicts: listOf(record({ id: word, hypothesis: prose, holds: maybe(flag), finding: prose }), 100),
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
  } catch (error) {
    if (error instanceof Misfit) throw new Error(`This run file is damaged: ${error.message}.`);
    throw error;
  }
  const run = value as RunFile;
  const members = run.plan.members.length;
  if (members === 0 || run.evaluations.some((evaluation) => evaluation.members.length !== members)) {
    throw new Error('This run file is damaged: its measurements do not fit its list of students.');
  }
  const rising = run.evaluations.every((one, index, all) => index === 0 || one.step >= (all[index - 1]?.step ?? -1));
  if (!rising) throw new Error('This run file is damaged: its measurements are not in order.');
  return run;
}

/** Reads a file that the visitor chose. */
export async function openRunFile(file: Blob): Promise<RunFile> {
  if (file.size > LARGEST_FILE) throw new Error('This file is too large for a run file: it has more than 20 MB.');
  if (file.size === 0) throw new Error('This file is empty.');
  return readRunFile(await file.text());
}
