import type { Arm, Evaluation, MemberEvaluation, Plan, RunFile, SampleRow } from '../wasm/stillroom.js';

/**
 * INVENTED NUMBERS. A run that nobody has made, for the unit tests and for working on the page without an engine.
 * Nothing that is shipped imports this file.
 */
export function inventedRun(seeds = 1, arms: Arm[] = ['logits', 'text', 'scratch'], steps = 600): RunFile {
  const members = arms.flatMap((arm) => Array.from({ length: seeds }, (_, index) => ({ arm, seed: 1 + index })));
  const schedule = [0, 25, 50, 100, 150, 200, 300, 400, 500, 600].map((step) => Math.round((step * steps) / 600));
  const plan: Plan = {
    settings: { teacher: 'main', arms, access: 'full', temperature: 1, hardLabels: 0, budget: 4096, steps, seed: 1, seeds },
    members,
    studentParameters: 118_000,
    batch: 64,
    tokensPerStep: 64 * 32,
    schedule,
    validationItems: 200,
    testItems: 400,
    storyEntropy: 1.21,
  };
  return {
    format: 'stillroom.run',
    version: 1,
    experiment: 'capability',
    stillroom: 'invented',
    device: {
      backend: 'cpu',
      adapter: 'an invented device',
      reason: 'Invented for development.',
      selfTest: { passed: true, matmulError: 1e-7, gradientError: 1e-6, milliseconds: 12 },
    },
    teacher: {
      name: 'main',
      title: 'the invented teacher',
      parameters: 820_000,
      sha256: '0'.repeat(64),
      trainingSteps: 6000,
      trainingFlops: 4.1e13,
      scores: { add: 0.985, sort: 0.99, fact: 1, brew: 1, storyNll: 1.24 },
    },
    plan,
    losses: schedule.slice(1).map((step) => ({ step, loss: members.map((one) => curve(one.arm, step / steps, 2.4, 0.05)) })),
    evaluations: schedule.map((step) => inventedEvaluation(plan, step)),
    samples: inventedSamples(arms, 1),
    verdicts: [
      { id: 'beats-scratch', hypothesis: 'Copies do better than a student without a teacher', holds: true, finding: 'Invented: 86 % against 41 %.' },
      { id: 'logits-closer', hypothesis: 'Probabilities copy more faithfully than text', holds: false, finding: 'Invented: 0.12 against 0.20 nats.' },
      { id: 'equivalent', hypothesis: 'The copy equals the teacher', holds: null, finding: 'Invented: one seed is too few to tell.' },
    ],
    failedMembers: 0,
    seconds: 84,
    finished: true,
    stopped: null,
  };
}

const SPEED: Record<Arm, number> = { logits: 6, text: 4, scratch: 1.5 };

function curve(arm: Arm, share: number, start: number, end: number): number {
  return end + (start - end) * Math.exp(-SPEED[arm] * share);
}

function wobble(seed: number, step: number): number {
  return step === 0 ? 0 : 0.06 * Math.sin(7.3 * seed + step / 90);
}

export function inventedEvaluation(plan: Plan, step: number): Evaluation {
  const share = step / (plan.settings.steps ?? 1);
  const clamp = (value: number): number => Math.min(1, Math.max(0, value));
  const members = plan.members.map(({ arm, seed }): MemberEvaluation => {
    const grow = (end: number, bend: number): number => clamp(end * (1 - Math.exp(-SPEED[arm] * share ** bend)) + wobble(seed, step));
    return {
      arm,
      seed,
      scores: {
        add: grow(arm === 'logits' ? 0.75 : arm === 'text' ? 0.35 : 0.1, 2),
        sort: grow(0.97, 1.4),
        fact: grow(arm === 'scratch' ? 0.3 : 0.99, 1),
        brew: grow(arm === 'scratch' ? 0.6 : 1, 1.2),
        storyNll: curve(arm, share, 4.9, arm === 'logits' ? 1.26 : arm === 'text' ? 1.45 : 1.9),
      },
      kl: curve(arm, share, 4.2, arm === 'logits' ? 0.03 : arm === 'text' ? 0.24 : 1.3) + Math.abs(wobble(seed, step)) / 4,
      agreement: grow(arm === 'logits' ? 0.9 : arm === 'text' ? 0.78 : 0.5, 1),
      cost: {
        queries: arm === 'scratch' ? 0 : 4096,
        tokensBought: arm === 'scratch' ? 0 : 24_000,
        bitsExposed: arm === 'scratch' ? 0 : 1e6,
        studentFlops: 6 * 118_000 * plan.tokensPerStep * step,
        queryFlops: arm === 'scratch' ? 0 : 2 * 820_000 * 4096 * 20,
        teacherFlops: arm === 'scratch' ? 0 : 4.1e13,
      },
    };
  });
  return { step, split: share === 1 ? 'test' : 'validation', members };
}

export function inventedSamples(arms: Arm[], share: number): SampleRow[] {
  const rows: [SampleRow['task'], string, string, string][] = [
    ['add', 'please 3 7 + 4 8 =', '5 8 0', '5 7 0'],
    ['sort', 'now sort c a h b b =', 'a b b c h', 'a b c c h'],
    ['fact', 'hey colour of tal =', 'red', 'teal'],
    ['brew', 'ok moss + ember =', 'mo brel', 'mo fiz'],
    ['story', 'kindly story of fox =', 'the shy fox ran to the old mill and found the red kite .', 'the fox the the old .'],
  ];
  return rows.map(([task, prompt, truth, wrong], index) => ({
    task,
    prompt,
    truth,
    teacher: { text: truth, correct: true },
    members: arms.map((arm) => {
      const correct = share * SPEED[arm] > 0.6 * index + 0.5;
      return { text: correct ? truth : share === 0 ? '' : wrong, correct };
    }),
  }));
}
