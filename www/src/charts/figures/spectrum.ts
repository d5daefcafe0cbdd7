import type { FigureText } from '../../state/experiment';
import { number } from '../../state/words';
import { spectrumChart } from '../draw/spectrum';
import { styleAt } from '../palette';
import type { Context } from './context';
import type { Figure } from './figure';

/** Singular values of what the API shows, by what it does to its numbers. */
export function spectrum(context: Context, text: FigureText): Figure {
  const measured = context.view?.run?.spectra ?? [];
  const spectra = measured.length ? measured : (context.reference?.spectra ?? []);
  const lines = spectra.map(({ label, values, found }, index) => ({ label, style: styleAt(index), values, found }));
  const earlier = context.earlier.flatMap(({ number, dash, context: one }) =>
    (one.view?.run?.spectra ?? []).map(({ values, found }, index) => ({ style: styleAt(index), values, found, dash, number })),
  );
  const truth = spectra[0]?.truth ?? context.earlier.flatMap((one) => one.context.view?.run?.spectra ?? [])[0]?.truth;
  const times = (drop: number): string => (drop < 10 ? drop.toFixed(1) : number(drop));
  return {
    id: text.id,
    title: text.title,
    note: `${text.note} The mark on each line is where its largest drop was found.`,
    summary: spectra.length
      ? `${measured.length ? '' : 'From the reference. '}The true width is ${truth ?? 'unknown'}. ${spectra.map((one) => `${one.label}: ${one.found}, a drop of ${times(one.drop)} times`).join('; ')}.`
      : 'The logits are collected at the end of the run.',
    columns: ['defence', 'index', 'singular_value'],
    rows: spectra.flatMap(({ label, values }) => values.map((value, index) => [label, index + 1, value])),
    legend: lines.map(({ label, style }, index) => ({ id: spectra[index]?.defence ?? label, label, style })),
    waiting: 'The logits are collected at the end of the run',
    wide: true,
    canLog: false,
    panels: (lines.length || earlier.length) && truth !== undefined ? [{ least: 20, draw: (width) => spectrumChart(lines, earlier, truth, width, 300) }] : [],
    table: spectra.length
      ? {
          columns: ['What the API shows', 'Width found', 'True width', 'Drop there, times'],
          rows: spectra.map(({ label, found, truth: width, drop }) => [label, found, width, times(drop)]),
        }
      : undefined,
    reference: !measured.length && spectra.length ? 'these lines' : undefined,
  };
}
