import { endOf } from '../../state/bands';
import type { FigureText, PanelText } from '../../state/experiment';
import { standingsOf, type Standing } from '../../state/latest';
import { dotPlot, type Row } from '../draw/dots';
import { listed, type Context } from './context';
import type { Figure } from './figure';

/** Where every arm stands at the latest measurement: one panel per metric, one row per arm. */
export function arms(context: Context, text: FigureText): Figure {
  const panels = text.panels.map((panel) => {
    const standings = standingsOf(context.arms, context.latest, panel.metric, context.isShare(panel.metric));
    return { panel, standings, rows: rowsOf(context, panel.metric, standings), level: context.level(panel) };
  });
  const drawn = panels.filter(({ rows }) => rows.some((row) => row.run || row.reference || row.earlier?.length));
  const referenced = drawn.some(({ rows }) => rows.some((row) => row.reference));
  return {
    id: text.id,
    title: text.title,
    note: [text.note, intervals(panels.flatMap(({ standings }) => standings))].filter(Boolean).join(' '),
    summary: [context.after(), ...panels.map((one) => summary(context, one.panel, one.rows, one.level?.label))].join(' '),
    columns: ['metric', 'student', 'value', 'low', 'high', 'interval', 'seeds', 'failed', 'reference_median', 'reference_low', 'reference_high'],
    rows: panels.flatMap(({ panel, standings }) =>
      context.arms.map((arm) => {
        const standing = standings.find((one) => one.arm === arm);
        const end = endOf(context.reference, arm, panel.metric);
        const interval = standing && { questions: 'Wilson 95 % over questions', seeds: 'range over seeds', none: '' }[standing.basis];
        const run = [standing?.value, standing?.low, standing?.high, interval, standing?.seeds, standing?.failed];
        return [context.name(panel), context.label(arm), ...run, end?.median, end?.low, end?.high];
      }),
    ),
    // The rows have names.
    legend: [],
    waiting: 'No measurement yet',
    wide: text.panels.length > 1,
    canLog: false,
    panels: drawn.map(({ panel, rows, level }) => ({
      label: context.name(panel),
      least: text.panels.length > 3 ? 17 : 19,
      draw: (width) =>
        dotPlot({
          width,
          rows,
          domain: context.isShare(panel.metric) ? [0, 1] : domainOf(rows),
          percent: context.isShare(panel.metric),
          level,
        }),
    })),
    reference: referenced ? 'grey' : undefined,
  };
}

function rowsOf(context: Context, metric: string, standings: Standing[]): Row[] {
  return context.allArms.map((arm) => {
    const standing = standings.find((one) => one.arm === arm);
    return {
      label: context.label(arm),
      style: context.style(arm),
      run: standing && { value: standing.value, low: standing.low, high: standing.high, text: context.show(metric, standing.value) },
      reference: context.arms.includes(arm) ? endOf(context.reference, arm, metric) : undefined,
      earlier: context.earlier.flatMap(({ number, context: one }) => {
        const [found] = standingsOf([arm], one.latest, metric, false);
        return found ? [{ number, value: found.value }] : [];
      }),
    };
  });
}

function domainOf(rows: Row[]): [number, number] {
  const values = rows.flatMap(({ run, reference, earlier }) => [run?.low, run?.high, reference?.low, reference?.high, ...(earlier ?? []).map((one) => one.value)]).filter((value) => value !== undefined);
  const [low, high] = [Math.min(0, ...values), Math.max(0.1, ...values)];
  return [low < 0 ? low * 1.08 : 0, high * 1.08];
}

/** Which interval is drawn: one over questions says nothing about other seeds. */
function intervals(standings: Standing[]): string {
  const has = (basis: Standing['basis']): boolean => standings.some((one) => one.basis === basis);
  const failed = Math.max(0, ...standings.map((one) => one.failed));
  return [
    has('questions') ? 'The lines are 95 % intervals over questions (Wilson): they speak of this one trained student, not of other seeds.' : '',
    has('seeds') ? 'The mark is the median of the seeds, the line their range.' : '',
    failed ? 'Where the training of a seed failed, it is counted and not drawn.' : '',
  ].filter(Boolean).join(' ');
}

function summary(context: Context, panel: PanelText, rows: Row[], level: string | undefined): string {
  const ends = rows.flatMap(({ label, run, reference }) => {
    if (run) return [`${label} ${run.text}`];
    return reference ? [`${label} ${context.show(panel.metric, reference.median)}`] : [];
  });
  return listed(context.name(panel), level && ends.length ? [...ends, level] : ends);
}
