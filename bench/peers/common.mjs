// Shared by every peer: sizes, seeded random numbers, the same initial weights and batches, one timing loop.

export const SIZES = {
  lesson: { V: 320, T: 32, B: 64, H: 4, teacher: { d: 128, L: 4, F: 352 }, student: { d: 64, L: 2, F: 192 }, steps: 30 },
  S: { V: 512, T: 64, B: 16, H: 4, teacher: { d: 128, L: 4, F: 352 }, student: { d: 64, L: 2, F: 192 }, steps: 30 },
  M: { V: 1024, T: 128, B: 16, H: 4, teacher: { d: 256, L: 6, F: 704 }, student: { d: 128, L: 4, F: 352 }, steps: 10 },
};
export const ADAMW = { lr: 3e-4, b1: 0.9, b2: 0.999, eps: 1e-5, wd: 1e-4 };
export const NORM_EPS = 1e-5;
export const ROPE_BASE = 10000;

/** Rotary tables, Hugging Face's half-split convention: {cos, sin} of [T, d/H/2]. */
export function ropeTables(T, half) {
  const cos = new Float32Array(T * half);
  const sin = new Float32Array(T * half);
  for (let t = 0; t < T; t++)
    for (let i = 0; i < half; i++) {
      const a = t * ROPE_BASE ** (-i / half);
      cos[t * half + i] = Math.cos(a);
      sin[t * half + i] = Math.sin(a);
    }
  return { cos, sin };
}

/** Counter-based 32-bit PRNG (mulberry32); uniform in [0, 1). */
export function prng(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** [name, shape, std] in a fixed order; std 0 = zeros, std 'one' = ones. */
export function paramSpec(V, { d, L, F }, headStd) {
  const s = 1 / Math.sqrt(d);
  const out = [['embed', [V, d], 0.5]];
  for (let l = 0; l < L; l++) {
    const n = `h${l}_`;
    out.push([n + 'norm1', [d], 'one']);
    for (const k of ['q', 'k', 'v', 'o']) out.push([n + k, [d, d], s]);
    out.push([n + 'norm2', [d], 'one'], [n + 'gate', [d, F], s], [n + 'up', [d, F], s], [n + 'down', [F, d], s / 2]);
  }
  out.push(['norm', [d], 'one'], ['head', [d, V], headStd]);
  return out;
}

/** Same numbers in every peer: {name: {shape, data: Float32Array}}. */
export function initParams(V, arch, seed, headStd) {
  const r = prng(seed);
  const out = {};
  for (const [name, shape, std] of paramSpec(V, arch, headStd)) {
    const n = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(n);
    if (std === 'one') data.fill(1);
    else if (std > 0)
      for (let i = 0; i < n; i++) {
        const u = 1 - r();
        const v = r();
        data[i] = std * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
      }
    out[name] = { shape, data };
  }
  return out;
}
// The teacher's head is scaled so that its logits have std ~2, i.e. soft targets
// with an entropy clearly below ln V: a student that learns nothing is visible.
export const teacherInit = (c) => initParams(c.V, c.teacher, 11, 2 / Math.sqrt(c.teacher.d));
export const studentInit = (c) => initParams(c.V, c.student, 22, 0.02);

/** x: B*T token ids; y: next-token ids (lm mode). */
export function makeBatch(r, c) {
  const x = new Int32Array(c.B * c.T);
  const y = new Int32Array(c.B * c.T);
  for (let b = 0; b < c.B; b++) {
    let prev = Math.floor(r() * c.V);
    for (let t = 0; t < c.T; t++) {
      const next = Math.floor(r() * c.V);
      x[b * c.T + t] = prev;
      y[b * c.T + t] = next;
      prev = next;
    }
  }
  return { x, y };
}

const mark = async (m) => globalThis.__mark && (await globalThis.__mark(m));
/** So few that half of them are still after the second. */
export const FEWEST_STEPS = 4;

/** How many of `steps` steps to take when the second one took `ms`: what fits into the budget, four at least. */
export const affordable = (steps, ms, budget_ms) =>
  Math.min(steps, Math.max(FEWEST_STEPS, Math.floor((budget_ms ?? Infinity) / ms)));

/**
 * step({x, y}) -> Promise<number>: uploads the batch, trains one step and
 * resolves with the loss READ BACK on the host (nothing may be deferred).
 * With `budget_ms`, a library that is too slow takes fewer steps.
 */
export async function timeLoop(o, c, step) {
  const r = prng(o.seed ?? 1234);
  const times_ms = [];
  const losses = [];
  let steps = o.steps;
  for (let i = 0; i < steps; i++) {
    if (i === 2) steps = affordable(steps, times_ms[1], o.budget_ms);
    if (i === Math.floor(steps / 2)) await mark('half');
    const t0 = performance.now();
    const loss = await step(makeBatch(r, c));
    times_ms.push(performance.now() - t0);
    losses.push(loss);
  }
  await mark('end');
  return { times_ms, losses };
}
