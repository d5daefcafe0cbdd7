/** Distributions over the next word, in log-probabilities (nats), as the engine gives them at temperature 1. */

/** At another temperature: `log softmax(logits / T)`; logits and log-probabilities differ by a constant, which goes out. */
export function atTemperature(logs: number[], temperature: number): number[] {
  const scaled = logs.map((log) => log / temperature);
  const top = Math.max(...scaled);
  const sum = top + Math.log(scaled.reduce((all, log) => all + Math.exp(log - top), 0));
  return scaled.map((log) => log - sum);
}

/** `-sum p log p`, nats. */
export function entropy(logs: number[]): number {
  return -logs.reduce((sum, log) => sum + Math.exp(log) * log, 0);
}

/** KL(p || q), nats. In logs, so that what has no chance at a low temperature does not make it infinite. */
export function divergence(p: number[], q: number[]): number {
  return p.reduce((sum, log, word) => sum + Math.exp(log) * (log - (q[word] ?? -Infinity)), 0);
}

/** The `k` likeliest words of each, each once: first those of the first, likeliest first. */
export function likeliest(models: number[][], k: number): number[] {
  const found = models.flatMap((logs) =>
    logs
      .map((log, word) => ({ log, word }))
      .sort((a, b) => b.log - a.log)
      .slice(0, k)
      .map(({ word }) => word),
  );
  return [...new Set(found)];
}

/** What is left for all other words. */
export function restOf(logs: number[], words: number[]): number {
  return Math.max(0, 1 - words.reduce((sum, word) => sum + Math.exp(logs[word] ?? -Infinity), 0));
}

export interface Move {
  word: number;
  before: number;
  after: number;
}

/** The words whose share changed most, the largest change first. */
export function moves(before: number[], after: number[], most: number): Move[] {
  return before
    .map((log, word) => ({ word, before: Math.exp(log), after: Math.exp(after[word] ?? -Infinity) }))
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before))
    .slice(0, most);
}
