import type { Benchmark, BenchmarkOptions, BenchmarkResult } from '../wasm/stillroom.js';

/**
 * Times each step with its loss read back, so that nothing is deferred beyond the clock.
 * The marks tell a driver outside the browser which steps to count: it looks at the second half.
 */
export async function timeLoop(
  benchmark: Benchmark,
  options: BenchmarkOptions,
  mark: (name: string) => Promise<void>,
): Promise<Omit<BenchmarkResult, 'device'>> {
  const times_ms: number[] = [];
  const losses: number[] = [];
  const half = Math.floor(options.steps / 2);
  try {
    for (let step = 0; step < options.steps; step++) {
      if (step === half) await mark('half');
      const start = performance.now();
      const loss = await benchmark.step();
      times_ms.push(performance.now() - start);
      losses.push(loss);
    }
    await mark('end');
    const entropy = (options.sanity ? await benchmark.entropy() : undefined) ?? null;
    return { first_ms: times_ms[0] ?? 0, times_ms, losses, entropy };
  } finally {
    benchmark.free();
  }
}
