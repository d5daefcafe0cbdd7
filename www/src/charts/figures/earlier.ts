import type { FigureText } from '../../state/experiment';
import { count } from '../../state/words';
import type { Context } from './context';
import type { Figure } from './figure';

/** The same figure with the words, the numbers and the legend of the earlier runs; its kind has drawn them. */
export function withEarlier(figure: Figure, context: Context, text: FigureText, make: (context: Context, text: FigureText) => Figure): Figure {
  if (!context.earlier.length) return figure;
  const made = context.earlier.map((one) => ({ ...one, figure: make(one.context, text) }));
  return {
    ...figure,
    note: `${figure.note} Thin and dashed: ${count(made.length, 'earlier run')}, by number.`,
    summary: [figure.summary, ...made.map((one) => `Earlier run ${one.number}, ${one.name}: ${one.figure.summary}`)].join(' '),
    columns: ['run', ...figure.columns],
    rows: [
      ...figure.rows.map((row) => ['on screen', ...row]),
      ...made.flatMap((one) => one.figure.rows.map((row) => [`${one.number}: ${one.name}`, ...row])),
    ],
    legend: [
      ...figure.legend,
      ...made.map(({ number, name, dash }) => ({
        id: `run-${number}`,
        label: name,
        style: { colour: 'var(--ink-soft)', dash, symbol: { shape: 'circle' as const, hollow: true } },
        run: number,
      })),
    ],
  };
}
