import type { FigureText } from '../../state/experiment';
import { totalsOf } from '../../state/totals';
import { large } from '../../state/words';
import { TOTALS, costChart } from '../draw/cost';
import type { Context } from './context';
import type { Figure } from './figure';

/** The three totals of cost, which differ in who is thought to have paid for the teacher. */
export function cost(context: Context, text: FigureText): Figure {
  const totals = totalsOf(context.arms, context.evaluations);
  const labels = Object.fromEntries(context.allArms.map((arm) => [arm, context.label(arm)]));
  const earlier = context.earlier.map(({ number, context: one }) => ({ number, totals: totalsOf(one.arms, one.evaluations) }));
  const words = totals.map((one) => `${context.label(one.arm)}: ${TOTALS.map(({ key, label }) => `${label} ${large(one[key])}`).join(', ')}.`);
  return {
    id: text.id,
    title: text.title,
    note: text.note,
    summary: totals.length ? `${context.after()} ${words.join(' ')}` : 'Nothing has been spent yet.',
    columns: ['student', 'student_flops', 'with_answers_flops', 'with_teacher_flops'],
    rows: totals.map((one) => [context.label(one.arm), one.student, one.queries, one.teacher]),
    legend: context.legend(),
    waiting: 'Nothing has been spent yet',
    wide: false,
    canLog: false,
    panels: [totals, ...earlier.map((one) => one.totals)].flat().some((one) => one.student > 0)
      ? [{ least: 15, draw: (width) => costChart(totals, earlier, labels, (arm) => context.style(arm), width) }]
      : [],
  };
}
