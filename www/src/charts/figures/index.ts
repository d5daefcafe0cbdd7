import type { FigureKind, FigureText } from '../../state/experiment';
import { arms } from './arms';
import { bits } from './bits';
import type { Context } from './context';
import { cost } from './cost';
import { withEarlier } from './earlier';
import type { Figure } from './figure';
import { inheritance } from './inheritance';
import { lines } from './lines';
import { spectrum } from './spectrum';

const KINDS: Record<FigureKind, (context: Context, text: FigureText) => Figure> = { lines, arms, bits, inheritance, cost, spectrum };

/** All figures of an experiment, from what has been measured so far, in the order of its list. */
export function figuresOf(context: Context): Figure[] {
  return context.experiment.figures.map((text) => withEarlier(KINDS[text.kind](context, text), context, text, KINDS[text.kind]));
}

export { Context, settingsOf } from './context';
