import type { Bands } from './bands';
import type { Totals } from './totals';

/** Of a reference what the explainer prints: no curves, no singular values. */
export type Brief = Omit<Bands, 'curves' | 'spectra'>;

/** What was measured before the page was built, as far as the explainer prints it. */
export interface Measured {
  references: Record<string, Brief>;
  /** The three totals of one recorded student, and who they are of. */
  cost: { totals: Totals; teacherParameters: number; studentParameters: number; budget: number } | undefined;
  /** When and as what the page was built. */
  built: { date: string; version: string };
}

declare const MEASURED: Measured;

/** Put in by the build, so that the text is whole before any script runs. */
export const measured = MEASURED;
