import { askKept, canKeep, keepEverything } from '../offline/page';

/** How much of the site this device keeps, for whoever wants to use it without a connection. */
export class Offline {
  /** Unknown before the page is in the browser. */
  possible = $state<ReturnType<typeof canKeep>>();
  kept = $state(0);
  /** Unknown before there is a worker. */
  all = $state<number>();
  busy = $state(false);
  failed = $state(false);
  readonly whole = $derived(this.all !== undefined && this.kept >= this.all);

  async look(): Promise<void> {
    this.possible = canKeep();
    if (this.possible === 'yes') this.take(await askKept().catch(() => undefined));
  }

  async keep(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failed = false;
    try {
      const answer = await keepEverything((told) => this.take(told));
      this.failed = answer.failed;
    } catch {
      this.failed = true;
    } finally {
      this.busy = false;
    }
  }

  private take(answer: { kept: number; all: number } | undefined): void {
    if (!answer) return;
    this.kept = answer.kept;
    this.all = answer.all;
  }
}
