import { curveOf } from '../../state/bands';
import type { FigureText, PanelText } from '../../state/experiment';
import { seriesOf } from '../../state/series';
import { lineChart, type EarlierLine, type Line } from '../draw/line';
import { listed, type Context } from './context';
import type { Figure, Panel } from './figure';

const SINGLE_HEIGHT = 260;
const LEAST_HEIGHT = 170;

/** Metrics over training steps, one line per arm. */
export function lines(context: Context, text: FigureText): Figure {
  const single = text.panels.length === 1;
  const panels = text.panels.map((panel) => ({ panel, lines: linesOf(context, panel.metric), earlier: earlierLines(context, panel.metric), level: context.level(panel) }));
  const drawn = panels.some(({ lines, earlier }) => lines.some((line) => line.points.length || line.reference) || earlier.length);
  const steps = Math.max(context.steps, ...context.earlier.map((one) => one.context.steps));
  const referenced = panels.some(({ lines }) => lines.some((line) => line.reference));
  return {
    ...context.table(text.panels.map((panel) => panel.metric)),
    id: text.id,
    title: text.title,
    note: text.note,
    summary: [context.after(), ...panels.map((one) => summary(context, one.panel, one.lines, one.level?.label))].join(' '),
    legend: context.legend(),
    waiting: 'No measurement yet',
    wide: !single,
    canLog: text.canLog,
    panels: drawn ? panels.map(({ panel, lines, earlier, level }): Panel => ({
      label: single && !panel.label ? undefined : context.name(panel),
      least: 15,
      draw: (width, log) =>
        lineChart({
          width,
          height: single ? SINGLE_HEIGHT : Math.max(LEAST_HEIGHT, Math.min(220, width * 0.66)),
          lines,
          earlier,
          steps,
          y: context.isShare(panel.metric) ? { domain: [0, 1.02], percent: true } : { domain: domainOf([...lines, ...earlier], level?.value, log), log },
          level,
        }),
    })) : [],
    reference: referenced ? 'faint bands' : undefined,
  };
}

function linesOf(context: Context, metric: string): Line[] {
  return seriesOf(context.arms, context.evaluations, metric).map((series) => {
    const curve = curveOf(context.reference, series.arm, metric);
    const reference = curve?.steps.map((step, index) => ({
      step,
      median: curve.median[index] ?? NaN,
      low: curve.low[index] ?? NaN,
      high: curve.high[index] ?? NaN,
    }));
    return { ...series, label: context.label(series.arm), style: context.style(series.arm), reference };
  });
}

function earlierLines(context: Context, metric: string): EarlierLine[] {
  return context.earlier.flatMap(({ number, dash, context: one }, place) =>
    seriesOf(one.arms, one.evaluations, metric)
      .filter(({ points }) => points.length)
      .map((series) => ({ ...series, style: one.style(series.arm), dash, number, place })),
  );
}

function domainOf(lines: Pick<Line, 'points' | 'reference'>[], level: number | undefined, log: boolean): [number, number] {
  const values = lines.flatMap(({ points, reference }) => [
    ...points.flatMap((point) => [point.min, point.max]),
    ...(reference ?? []).flatMap((at) => [at.low, at.high]),
  ]);
  const most = Math.max(level === undefined ? 0.1 : level * 1.6, ...values);
  if (!log) return [Math.min(0, ...values.map((value) => value * 1.06)), most * 1.06];
  const least = Math.min(most / 100, ...values.filter((value) => value > 0));
  return [Math.max(1e-5, least * 0.8), most * 1.06];
}

function summary(context: Context, panel: PanelText, lines: Line[], level: string | undefined): string {
  const ends = lines.flatMap(({ label, points, reference }) => {
    const last = points.at(-1) ?? reference?.at(-1);
    return last ? [`${label} ${context.show(panel.metric, last.median)}`] : [];
  });
  return listed(context.name(panel), level && ends.length ? [...ends, level] : ends);
}
