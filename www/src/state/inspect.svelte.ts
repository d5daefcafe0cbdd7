import type { Comparison, Inspection, TeacherName } from '../wasm/stillroom.js';
import type { Lab } from './lab.svelte';
import { sentence } from '../worker/sentence';

/** Students beside the teacher. */
export const MOST_STUDENTS = 3;

/** Two members over many questions, and over the words that are looked at. */
export interface Pair {
  comparison: Comparison;
  seen: Inspection;
}

/** One student before and after a training step, with the teacher, over the same words. */
export interface SlowStep {
  before: Inspection;
  after: Inspection;
}

/** What is looked at in *Look inside*. Asks the engine again when something else is wanted; one question at a time. */
export class Inspector {
  prompt = $state('');
  /** Words that the answer was made to begin with. */
  prefix = $state('');
  /** Whose answer is read: a member, or the teacher. */
  writer = $state<number>();
  teacher = $state<TeacherName>();
  students = $state.raw<number[]>([]);
  /** Which word of the answer is about to be said. */
  word = $state(0);
  temperature = $state(1);
  /** A step that is held while the run goes on; nothing: the newest is followed. */
  held = $state<number>();

  seen = $state.raw<Inspection>();
  problem = $state('');
  busy = $state(false);
  pair = $state.raw<Pair>();
  slow = $state.raw<SlowStep>();
  stepping = $state(false);

  readonly kept = $derived.by(() => this.lab.view?.kept ?? []);
  readonly members = $derived.by(() => this.lab.view?.plan?.members ?? []);
  readonly can = $derived.by(() => this.lab.canAsk && this.lab.view?.source === 'live');
  /** What is asked for; a held step that was let go of is followed by the newest again. */
  readonly step = $derived(this.held !== undefined && this.kept.includes(this.held) ? this.held : this.kept.at(-1));
  /** Words of the answer, its end included, as far as it was shown. */
  readonly answer = $derived(this.seen ? [...this.seen.read.slice(this.seen.first), ...(this.seen.ended ? ['[EOS]'] : [])] : []);
  /** The word that is looked at, within what there is. */
  readonly at = $derived(Math.min(this.word, Math.max(0, this.answer.length - 1)));

  private again = false;

  constructor(private readonly lab: Pick<Lab, 'view' | 'canAsk' | 'request' | 'step' | 'pause'>) {}

  /** Another run has been prepared: its members are others. A new experiment also has other questions. */
  reset(prompt: string | undefined): void {
    if (prompt !== undefined) this.prompt = prompt;
    this.prefix = '';
    this.writer = this.teacher = this.held = undefined;
    this.seen = this.pair = this.slow = undefined;
    this.word = 0;
    this.problem = '';
    const seed = this.members[0]?.seed;
    this.students = this.members.flatMap((member, index) => (member.seed === seed ? [index] : [])).slice(0, MOST_STUDENTS);
  }

  ask(prompt: string): void {
    this.prompt = prompt;
    this.prefix = '';
    this.word = 0;
  }

  /** Makes the answer go on with another word where one is looking. */
  say(word: string): void {
    this.prefix = [...this.answer.slice(0, this.at), word].join(' ');
    this.word = this.at + 1;
  }

  private async inspection(step: number | undefined, members: number[], prefix = this.prefix): Promise<Inspection> {
    // `null`, not a missing value, is what the engine's types know as nothing.
    const wanted = { prompt: this.prompt, prefix, writer: this.writer ?? null, teacher: this.teacher ?? null, step: step ?? null, members };
    return (await this.lab.request({ type: 'inspect', wanted }, 'inspected')).inspection;
  }

  /** Looks; if it is looking already, once more after that. */
  async look(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    do {
      this.again = false;
      try {
        const seen = await this.inspection(this.step, this.students);
        this.seen = seen;
        this.problem = '';
      } catch (error) {
        // What another question has overtaken is no longer of interest.
        if (!this.again) {
          this.seen = undefined;
          this.problem = sentence(error);
        }
      }
    } while (this.again);
    this.busy = false;
  }

  /** How often two members agree, and what both hold likely over these words. */
  async compare(first: number, second: number): Promise<void> {
    const step = this.step;
    try {
      const { comparison } = await this.lab.request({ type: 'compare', step: step ?? null, members: [first, second] }, 'compared');
      this.pair = { comparison, seen: await this.inspection(step, [first, second]) };
    } catch (error) {
      this.pair = undefined;
      this.problem = sentence(error);
    }
  }

  /** One training step, with one student looked into before and after. */
  async slowly(member: number): Promise<void> {
    this.stepping = true;
    try {
      if (this.lab.view?.running) this.lab.pause();
      // The engine does one thing after the other, so these three need not wait for each other here.
      const prefix = this.answer.slice(0, this.at).join(' ');
      const before = this.inspection(undefined, [member], prefix);
      this.lab.step();
      const after = this.inspection(undefined, [member], prefix);
      const [first, second] = await Promise.all([before, after]);
      this.slow = { before: first, after: second };
    } catch (error) {
      this.slow = undefined;
      this.problem = sentence(error);
    } finally {
      this.stepping = false;
    }
  }
}
