import { endOf } from '../../state/bands';
import type { FigureText } from '../../state/experiment';
import { bitsPerToken, standingsOf } from '../../state/latest';
import { decimals, number } from '../../state/words';
import { scatter, type EarlierMark, type Mark } from '../draw/scatter';
import { listed, type Context } from './context';
import type { Figure } from './figure';

/** A metric against what the API exposes of every answer token: one mark per arm that bought anything. */
export function bits(context: Context, text: FigureText): Figure {
  const panels = text.panels.map((panel) => ({ panel, marks: marksOf(context, panel.metric), earlier: earlierMarks(context, panel.metric) }));
  const all = panels.flatMap(({ marks }) => marks);
  const drawn = all.length > 0 || panels.some(({ earlier }) => earlier.length);
  const free = context.latest ? context.arms.filter((arm) => bitsPerToken(arm, context.latest) === undefined) : [];
  const left = free.length ? `Not drawn, because nothing was bought for it: ${free.map((arm) => context.label(arm)).join(', ')}.` : '';
  return {
    id: text.id,
    title: text.title,
    note: [text.note, left].filter(Boolean).join(' '),
    summary: [
      context.after(),
      ...panels.map(({ panel, marks }) =>
        listed(
          `${context.name(panel)} by bits per answer token`,
          marks.map((mark) => `${mark.label} ${decimals(mark.y, 3)} at ${number(mark.x)} bits`),
        ),
      ),
      left,
    ].join(' '),
    columns: ['student', 'bits_per_answer_token', ...text.panels.flatMap(({ metric }) => [metric, `${metric}_low`, `${metric}_high`, `${metric}_reference_median`, `${metric}_reference_low`, `${metric}_reference_high`])],
    rows: context.arms.map((arm) => [
      context.label(arm),
      bitsPerToken(arm, context.latest),
      ...text.panels.flatMap(({ metric }) => {
        const [one] = standingsOf([arm], context.latest, metric, context.isShare(metric));
        const end = endOf(context.reference, arm, metric);
        return [one?.value, one?.low, one?.high, end?.median, end?.low, end?.high];
      }),
    ]),
    legend: context.legend(),
    waiting: 'No measurement yet',
    wide: false,
    canLog: false,
    panels: drawn
      ? panels.map(({ panel, marks, earlier }) => ({
          label: text.panels.length > 1 ? context.name(panel) : undefined,
          least: 20,
          draw: (width) =>
            scatter({
              width,
              height: 320,
              marks,
              earlier,
              x: { domain: around([...marks, ...earlier].map((mark) => mark.x)), log: true, label: 'bits exposed per answer token' },
              y: { domain: around([...marks.flatMap((mark) => [mark.y, mark.low, mark.high, mark.reference?.low, mark.reference?.high]), ...earlier.map((mark) => mark.y)]), log: true, label: context.name(panel) },
            }),
        }))
      : [],
    reference: all.some((mark) => mark.reference) ? 'grey' : undefined,
  };
}

function marksOf(context: Context, metric: string): Mark[] {
  return context.arms.flatMap((arm) => {
    const [standing] = standingsOf([arm], context.latest, metric, context.isShare(metric));
    const end = endOf(context.reference, arm, metric);
    const x = context.latest ? bitsPerToken(arm, context.latest) : endOf(context.reference, arm, 'bits')?.median;
    const y = standing?.value ?? end?.median;
    // Neither scale has a place for zero.
    if (x === undefined || x <= 0 || y === undefined || y <= 0) return [];
    const reference = end && end.low > 0 ? end : undefined;
    const [low, high] = [Math.max(standing?.low ?? y, y / 1e3), standing?.high ?? y];
    return [{ label: context.label(arm), style: context.style(arm), x, y, low, high, reference, run: standing !== undefined }];
  });
}

function earlierMarks(context: Context, metric: string): EarlierMark[] {
  return context.earlier.flatMap(({ number, context: one }, place) => (one.latest ? marksOf(one, metric) : []).map(({ style, x, y }) => ({ style, x, y, number, place })));
}

function around(values: (number | undefined)[]): [number, number] {
  const known = values.filter((value) => value !== undefined && value > 0) as number[];
  return [Math.min(...known) / 1.6, Math.max(...known) * 1.6];
}
