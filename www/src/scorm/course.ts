import type { Api } from './find';

const STATUS = 'cmi.core.lesson_status';
/** Somebody was there before, or a teacher has said so: neither is taken back. */
const SETTLED = ['completed', 'passed', 'failed'];

/** Hours, minutes and seconds as SCORM 1.2 writes them: `0001:02:03.50`. */
export function sessionTime(milliseconds: number): string {
  const hundredths = Math.max(0, Math.round(milliseconds / 10));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const hours = Math.min(9999, Math.floor(hundredths / 360_000));
  return `${String(hours).padStart(4, '0')}:${two((hundredths / 6_000) % 60)}:${two((hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

/**
 * What a learning platform is told: that the experiment was begun, that a run has ended, and how long the page was open. No
 * answers, no scores, nothing of what was measured. A platform that refuses a call loses only that one.
 */
export class Course {
  private readonly begun: number;
  private open: boolean;

  constructor(
    private readonly api: Api,
    private readonly now: () => number,
  ) {
    this.begun = now();
    this.open = this.call(() => api.LMSInitialize('')) === 'true';
    if (this.open && !SETTLED.includes(this.status())) this.set(STATUS, 'incomplete');
  }

  /** Whether the platform has answered. */
  get connected(): boolean {
    return this.open;
  }

  /** A run has ended; that further ones end is no news. */
  complete(): void {
    if (this.open && !SETTLED.includes(this.status())) this.set(STATUS, 'completed');
  }

  /** The page is left. */
  finish(): void {
    if (!this.open) return;
    this.set('cmi.core.session_time', sessionTime(this.now() - this.begun));
    this.open = false;
    this.call(() => this.api.LMSFinish(''));
  }

  private status(): string {
    return this.call(() => this.api.LMSGetValue(STATUS));
  }

  private set(element: string, value: string): void {
    this.call(() => this.api.LMSSetValue(element, value));
    this.call(() => this.api.LMSCommit(''));
  }

  private call(work: () => unknown): string {
    try {
      return String(work());
    } catch {
      return '';
    }
  }
}
