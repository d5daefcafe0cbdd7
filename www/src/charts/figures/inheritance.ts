import { endOf } from '../../state/bands';
import type { FigureText } from '../../state/experiment';
import { standingsOf } from '../../state/latest';
import { decimals } from '../../state/words';
import { scatter, type EarlierMark, type Mark } from '../draw/scatter';
import { listed, type Context } from './context';
import type { Figure } from './figure';

/** A figure of the student against the same figure of its own teacher, one mark per arm. Teachers are only measured at the end. */
export function inheritance(context: Context, text: FigureText): Figure {
  const panels = text.panels.map((panel) => ({ panel, marks: marksOf(context, panel.metric), earlier: earlierMarks(context, panel.metric) }));
  const all = panels.flatMap(({ marks }) => marks);
  return {
    id: text.id,
    title: text.title,
    note: text.note,
    summary: all.length
      ? [
          context.after(),
          ...panels.map(({ panel, marks }) =>
            listed(
              context.name(panel),
              marks.map((mark) => `${mark.label} ${decimals(mark.y, 2)} from a teacher with ${decimals(mark.x, 2)}`),
            ),
          ),
        ].join(' ')
      : 'The teachers are measured at the end of the run.',
    columns: ['student', 'teacher', ...text.panels.flatMap(({ metric }) => [`teacher_${metric}`, `student_${metric}`, 'low', 'high', 'reference_median', 'reference_low', 'reference_high'])],
    rows: context.arms.map((arm) => [
      context.label(arm),
      teacherOf(context, arm),
      ...text.panels.flatMap(({ metric }) => {
        const [one] = standingsOf([arm], context.latest, metric, context.isShare(metric));
        const end = endOf(context.reference, arm, metric);
        return [teachers(context, arm, metric), one?.value, one?.low, one?.high, end?.median, end?.low, end?.high];
      }),
    ]),
    legend: context.legend(),
    waiting: 'The teachers are measured at the end of the run',
    wide: false,
    canLog: false,
    panels: all.length || panels.some(({ earlier }) => earlier.length)
      ? panels.map(({ panel, marks, earlier }) => {
          const domain = shared([...marks, ...earlier]);
          const name = context.name(panel).toLowerCase();
          return {
            label: text.panels.length > 1 ? context.name(panel) : undefined,
            least: 20,
            draw: (width: number) =>
              scatter({
                width,
                height: 340,
                marks,
                earlier,
                x: { domain, log: false, label: `${name} of the teacher` },
                y: { domain, log: false, label: `${name} of the student` },
                diagonal: 'as its teacher',
              }),
          };
        })
      : [],
    reference: all.some((mark) => mark.reference) ? 'grey' : undefined,
  };
}

function teacherOf(context: Context, arm: string): string | undefined {
  return context.view?.plan?.members.find((member) => member.arm === arm)?.against;
}

function teachers(context: Context, arm: string, metric: string): number | undefined {
  const name = teacherOf(context, arm);
  return context.latest?.teachers?.find((one) => one.name === name)?.figures[metric] ?? undefined;
}

function marksOf(context: Context, metric: string): Mark[] {
  return context.arms.flatMap((arm) => {
    const [standing] = standingsOf([arm], context.latest, metric, context.isShare(metric));
    const x = teachers(context, arm, metric);
    if (!standing || x === undefined) return [];
    const { value: y, low, high } = standing;
    return [{ label: context.label(arm), style: context.style(arm), x, y, low, high, reference: endOf(context.reference, arm, metric), run: true }];
  });
}

function earlierMarks(context: Context, metric: string): EarlierMark[] {
  return context.earlier.flatMap(({ number, context: one }, place) => marksOf(one, metric).map(({ style, x, y }) => ({ style, x, y, number, place })));
}

/** The same scale both ways, so that the diagonal means equal. */
function shared(marks: (Pick<Mark, 'x' | 'y'> & Partial<Mark>)[]): [number, number] {
  const values = marks.flatMap((mark) => [mark.x, mark.y, mark.low, mark.high, mark.reference?.low, mark.reference?.high]).filter((value) => value !== undefined);
  const [low, high] = [Math.min(0, ...values), Math.max(0.2, ...values)];
  const margin = 0.08 * (high - low);
  return [low - margin, high + margin];
}
