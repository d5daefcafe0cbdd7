/** Drawing jobs, one a frame, so that a measurement that changes every chart never blocks the page for long. */
const jobs = new Map<object, () => void>();
let asked = false;

/** Runs `job` in a coming frame. A newer job of the same owner takes the place of the older one. */
export function draw(owner: object, job: () => void): void {
  jobs.set(owner, job);
  if (!asked) ask();
}

export function cancel(owner: object): void {
  jobs.delete(owner);
}

function ask(): void {
  asked = true;
  requestAnimationFrame(() => {
    const next = jobs.entries().next().value;
    if (next) {
      jobs.delete(next[0]);
      next[1]();
    }
    asked = false;
    if (jobs.size) ask();
  });
}
