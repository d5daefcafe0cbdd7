// What is being measured, and how long the rest will take.

/** A duration that a person reads. */
export function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export class Progress {
  /** `keys`: one for each run to come; runs with the same key take about as long. */
  constructor(keys, print = console.log) {
    this.keys = keys;
    this.print = print;
    this.taken = new Map();
    this.done = 0;
  }

  /** Seconds for what is left: a run as long as the last of its kind, or as the mean of those so far. */
  left() {
    const known = [...this.taken.values()];
    if (!known.length) return undefined;
    const mean = known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
    return this.keys.slice(this.done).reduce((sum, key) => sum + (this.taken.get(key) ?? mean), 0);
  }

  start(text) {
    const left = this.left();
    this.print(`${this.done + 1} of ${this.keys.length}: ${text}${left === undefined ? '' : `; about ${duration(left)} left`}`);
  }

  finish(seconds) {
    this.taken.set(this.keys[this.done], seconds);
    this.done++;
  }
}
