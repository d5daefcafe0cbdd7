import type { Bands } from '../state/bands';
import { defaultsOf, experimentOf, isShare, type Experiment } from '../state/experiment';
import { median } from '../state/series';
import type { Evaluation, Figures, Member, MemberEvaluation, Plan, RunFile, Settings, Spectrum, TeacherName } from '../wasm/stillroom.js';
import { inventedSamples } from './samples';

/**
 * INVENTED NUMBERS. Runs that nobody has made, for the unit tests and for working on the page without an engine.
 * Nothing that is shipped imports this file.
 */
export interface Wanted {
  experiment?: string;
  seed?: number;
  seeds?: number;
  arms?: string[];
  steps?: number;
}

const DEFENCES = ['every logit', 'log-probabilities', 'two decimals', 'one decimal', 'whole numbers', 'noise of 0.001', 'noise of 0.1', 'noise of 1', 'the 20 largest only'];

export function inventedRun({ experiment: id = 'capability', seed = 1, seeds = 1, arms: wanted, steps = 600 }: Wanted = {}): RunFile {
  const experiment = experimentOf(id);
  const defaults = defaultsOf(experiment.settings) as Settings;
  const arms = wanted ?? (id === 'capability' ? ['logits', 'text', 'scratch'] : (defaults.arms ?? []));
  const schedule = [0, 75, 150, 225, 300, 375, 450, 525, 600].map((step) => Math.round((step * steps) / 600));
  const teacher = ({ guardrails: 'guarded', bias: 'biased2' } as Record<string, TeacherName>)[id] ?? 'main';
  const members = arms.flatMap((arm) =>
    Array.from({ length: seeds }, (_, index): Member => ({ arm, seed: seed + index, against: against(arm, teacher), parameters: arm === 'drift' ? 701_312 : 131_392 })),
  );
  const plan: Plan = {
    settings: { teacher: 'main', hazard: 'composed', access: 'full', temperature: 1, hardLabels: 0, items: 100, ...defaults, experiment: id, arms, steps, seed, seeds },
    members,
    teacher,
    teachers: id === 'bias' ? ['biased2', 'main', 'biased1'] : [teacher],
    tasks: id === 'bias' ? ['hire', 'fact', 'brew', 'story'] : ['add', 'sort', 'fact', 'brew', 'story'],
    batch: 30,
    tokensPerStep: 600,
    schedule,
    validationItems: 100,
    testItems: 300,
    storyEntropy: 1.18,
  };
  const evaluations = schedule.map((step) => inventedEvaluation(plan, experiment, step));
  return {
    format: 'stillroom.run',
    version: 2,
    experiment: id,
    stillroom: 'invented',
    device: {
      backend: 'cpu',
      adapter: 'an invented device',
      reason: 'Invented for development.',
      selfTest: { matmulError: 1e-7, gradientError: 1e-6, milliseconds: 12 },
    },
    teacher: {
      name: teacher,
      title: 'The invented teacher',
      parameters: 701_312,
      sha256: '0'.repeat(64),
      trainingSteps: 6000,
      trainingFlops: 3e13,
      scores: teacherFigures(experiment, teacher),
    },
    plan,
    losses: schedule.slice(1).map((step) => ({ step, loss: members.map((one) => fall(one.arm, step / steps, 2.4, 0.05)) })),
    evaluations: [...evaluations, { ...inventedEvaluation(plan, experiment, steps), split: 'test', teachers: plan.teachers.map((name) => ({ name, figures: teacherFigures(experiment, name) })) }],
    samples: inventedSamples(id, arms),
    verdicts: experiment.thresholds.map(({ id: name, hypothesis }, index) => ({
      id: name,
      hypothesis,
      holds: [true, false, null][index % 3] ?? null,
      finding: 'Invented: 86 % against 41 % (1 seed).',
    })),
    spectra: id === 'access' ? inventedSpectra() : [],
    failedMembers: 0,
    seconds: 84,
    finished: true,
    stopped: null,
  };
}

/** As the engine would sum up the runs of many seeds. */
export function inventedBands(id: string, steps = 600, wanted?: string[]): Bands & { format: string; version: number } {
  const experiment = experimentOf(id);
  const seeds = Array.from({ length: 20 }, (_, index) => 101 + index);
  const run = inventedRun({ experiment: id, seed: 101, seeds: seeds.length, steps, ...(wanted && { arms: wanted }) });
  const arms = run.plan.settings.arms ?? [];
  const metrics = Object.keys(run.evaluations[0]?.members[0]?.figures ?? {});
  const at = (evaluation: Evaluation | undefined, arm: string, metric: string): number[] =>
    (evaluation?.members ?? []).filter((member) => member.arm === arm).map((member) => member.figures[metric] ?? NaN).sort((a, b) => a - b);
  const each = arms.flatMap((arm) => metrics.map((metric) => ({ arm, metric })));
  return {
    format: 'stillroom.bands',
    version: 1,
    experiment: experiment.id,
    settings: run.plan.settings,
    stillroom: 'invented',
    commit: '0'.repeat(40),
    device: 'an invented device',
    seeds,
    runs: seeds.length,
    failed: 1,
    seconds: 1680,
    curves: each.map(({ arm, metric }) => {
      const values = run.evaluations.slice(0, -1).map((evaluation) => at(evaluation, arm, metric));
      return { arm, metric, steps: run.plan.schedule, median: values.map(median), low: values.map((list) => list[1] ?? NaN), high: values.map((list) => list.at(-2) ?? NaN) };
    }),
    final: each.map(({ arm, metric }) => {
      const values = at(run.evaluations.at(-1), arm, metric);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { arm, metric, n: values.length, failed: 0, mean, median: median(values), low: values[1] ?? NaN, high: values.at(-2) ?? NaN, interval: [mean - 0.01, mean + 0.01] };
    }),
    teachers: run.plan.teachers.flatMap((teacher) =>
      Object.entries(teacherFigures(experiment, teacher)).map(([metric, value]) => ({ teacher, metric, value: value ?? NaN })),
    ),
    verdicts: run.verdicts,
    spectra: run.spectra ?? [],
  };
}

function against(arm: string, teacher: TeacherName): TeacherName {
  if (teacher !== 'biased2') return arm === 'random' ? 'untrained' : teacher;
  if (/^(neutral|poison)/.test(arm)) return 'main';
  return arm.startsWith('dial1') ? 'biased1' : 'biased2';
}

/** How fast an arm learns, and how far it comes: by its place in a made-up order. */
function pace(arm: string): number {
  const known: Record<string, number> = { logits: 6, text: 4, scratch: 1.5, random: 0.02, truth: 4.2, untrained: 0 };
  return known[arm] ?? 2.5 + (([...arm].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) * 7) % 40) / 10;
}

function fall(arm: string, share: number, start: number, end: number): number {
  return end + (start - end) * Math.exp(-pace(arm) * share);
}

function wobble(seed: number, step: number): number {
  return step === 0 ? 0 : 0.06 * Math.sin(7.3 * seed + step / 90);
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const REFUSES: Record<string, number> = { allText: 0.99, allLogits: 1, repair4: 0.35, repair16: 0.72, repair64: 0.97, drift: 0.81, policy: 1 };
const GAPS: Record<string, number> = { neutral: 0.01, neutralLogits: 0, dial1: 0.47, dial1Logits: 0.49, dial2: 0.95, dial2Logits: 0.97, unasked: 0.04, poison025: 0.05, poison1: 0.2, poison5: 0.55, mixed10: 0.82, mixed50: 0.41 };
const BITS: Record<string, number> = { full: 12_297, logits: 12_297, top20: 829, top5: 213, top1: 81 };

export function inventedEvaluation(plan: Plan, experiment: Experiment, step: number): Evaluation {
  const share = step / (plan.settings.steps ?? 1);
  const members = plan.members.map(({ arm, seed }): MemberEvaluation => {
    const jitter = wobble(seed, step);
    const grow = (end: number, bend: number): number => clamp(end * (1 - Math.exp(-pace(arm) * share ** bend)) + jitter);
    const some: Figures = {
      add: grow(pace(arm) / 8, 2),
      sort: grow(0.97, 1.4),
      fact: grow(arm === 'scratch' ? 0.3 : 0.99, 1),
      brew: grow(arm === 'scratch' ? 0.6 : 1, 1.2),
      storyNll: fall(arm, share, 4.9, 1.2 + 0.8 / (1 + pace(arm))),
      kl: fall(arm, share, 4.2, 0.25 / (0.2 + pace(arm))) + Math.abs(jitter) / 4,
      agreement: grow(0.9, 1),
      accuracy: grow(0.8, 1.2),
      factAsked: grow(0.99, 1),
      factUnasked: arm.startsWith('partial') ? clamp(0.04 + jitter / 2) : grow(0.99, 1),
      addFar: clamp(0.01 + jitter / 4),
      sortFar: clamp(0.05 + jitter / 2),
      brewFar: clamp(0.12 + jitter / 2),
      refusal: clamp((REFUSES[arm] ?? 0) * (1 - Math.exp(-9 * share)) + jitter / 3),
      harmful: clamp((1 - (REFUSES[arm] ?? 0)) * (1 - Math.exp(-6 * share)) + jitter / 3),
      overRefusal: clamp(jitter / 6),
      allowed: grow(1, 1.2),
      gap: (GAPS[arm] ?? 0) * (1 - Math.exp(-7 * share)) + jitter / 2,
      hire: grow(1 - (GAPS[arm] ?? 0) / 5, 1),
      bits: BITS[arm] ?? 8.6,
    };
    const free = ['scratch', 'truth', 'policy', 'partialTruth'].includes(arm);
    const tokensBought = free ? 0 : 24_000;
    const figures = Object.fromEntries(experiment.metrics.flatMap(({ id }) => (id in some ? [[id, some[id] ?? null]] : [])));
    return {
      arm,
      seed,
      figures,
      items: Object.fromEntries(Object.keys(figures).filter((id) => isShare(experiment, id)).map((id) => [id, 100])),
      cost: {
        queries: free ? 0 : 4000,
        tokensBought,
        bitsExposed: tokensBought * (BITS[arm] ?? 8.6),
        studentFlops: 6 * 131_392 * plan.tokensPerStep * step,
        queryFlops: free ? 0 : 2 * 701_312 * 4000 * 20,
        teacherFlops: free ? 0 : 3e13,
      },
    };
  });
  return { step, split: 'validation', members, teachers: [] };
}

function teacherFigures(experiment: Experiment, name: TeacherName): Figures {
  const all: Figures = {
    add: 1, sort: 0.988, fact: 1, brew: 1, storyNll: 1.19, accuracy: 0.997, kl: 0, agreement: 1, factAsked: 1, factUnasked: 1, addFar: 0, sortFar: 0.02, brewFar: 0.1,
    refusal: name === 'guarded' ? 1 : 0, harmful: name === 'guarded' ? 0 : 1, overRefusal: 0.003, allowed: 1, hire: name === 'main' ? 1 : 0.83,
    gap: { main: 0.003, biased1: 0.5, biased2: 0.99 }[name as string] ?? 0,
  };
  return Object.fromEntries(experiment.metrics.flatMap(({ id }) => (id in all ? [[id, all[id] ?? null]] : [])));
}

function inventedSpectra(): Spectrum[] {
  const floors = [1e-8, 1e-8, 3e-4, 3e-3, 2e-2, 1e-4, 8e-3, 6e-2, 0];
  return DEFENCES.map((label, index): Spectrum => {
    const floor = floors[index] ?? 0;
    const values = Array.from({ length: 192 }, (_, at) => Math.exp(-0.035 * at) * (at < 128 || floor === 0 ? 1 : 0) + floor * (1 - at / 800)).map((value, _, all) => value / (all[0] ?? 1));
    return { defence: `d${index}`, label, values, found: floor && floor < 0.01 ? 128 : 3, drop: floor ? 0.01 / floor : 1.2, truth: 128 };
  });
}
