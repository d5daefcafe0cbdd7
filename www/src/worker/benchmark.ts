import type { Benchmark, BenchmarkOptions, BenchmarkResult } from '../wasm/stillroom.js';

/** How often at most the size of the memory is noted. */
const MEMORY_SAMPLES = 200;

/**
 * Times each step with its loss read back, so that nothing is deferred beyond the clock.
 * The marks tell a driver outside the browser which steps to count: it looks at the second half.
 * `begun`: when the benchmark was asked for; the first step is counted from there. `memoryBytes` gives the size of the module's memory now.
 */
export async function timeLoop(
  benchmark: Benchmark,
  options: BenchmarkOptions,
  begun: number,
  mark: (name: string) => Promise<void>,
  memoryBytes: () => number,
): Promise<Omit<BenchmarkResult, 'device'>> {
  const times_ms: number[] = [];
  const losses: number[] = [];
  const memory: [number, number][] = [];
  let first_ms = 0;
  const half = Math.floor(options.steps / 2);
  const stride = Math.ceil(options.steps / MEMORY_SAMPLES);
  try {
    for (let step = 0; step < options.steps; step++) {
      if (step === half) await mark('half');
      const start = performance.now();
      const loss = await benchmark.step();
      times_ms.push(performance.now() - start);
      losses.push(loss);
      if (step === 0) first_ms = performance.now() - begun;
      if ((step + 1) % stride === 0) memory.push([step + 1, memoryBytes()]);
    }
    await mark('end');
    const entropy = (options.sanity ? await benchmark.entropy() : undefined) ?? null;
    return { first_ms, times_ms, losses, entropy, work: benchmark.work(), memory };
  } finally {
    benchmark.free();
  }
}
