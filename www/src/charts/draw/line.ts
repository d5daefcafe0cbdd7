import * as Plot from '@observablehq/plot';
import type { Point, Series } from '../../state/series';
import { plotSymbol, symbolPaint, type ArmStyle } from '../palette';
import { decades } from '../scale';
import { LINE_HEIGHT, movedApart } from './labels';
import { tidy } from './tidy';

export interface Line extends Series {
  /** What to write at the end of the line; nothing in narrow charts, which have the legend only. */
  label: string;
  style: ArmStyle;
  /** Many seeds computed beforehand: the 5th to the 95th percentile at these steps, and the median. */
  reference?: { step: number; median: number; low: number; high: number }[] | undefined;
}

/** A line of a run made earlier: thin, dashed by its run, with the run's number at its end. */
export interface EarlierLine extends Series {
  style: ArmStyle;
  dash: string;
  number: number;
  /** How many runs are drawn before it, so that their numbers do not lie on each other. */
  place: number;
}

export interface LineChart {
  width: number;
  height: number;
  lines: Line[];
  earlier?: EarlierLine[];
  /** Last step of the run. */
  steps: number;
  y: { domain: [number, number]; log?: boolean; percent?: boolean };
  /** A level to compare with: the teacher, or a floor. */
  level?: Level | undefined;
}

export interface Level {
  value: number;
  label: string;
  /** Where its name has room: lines rise towards a ceiling, and fall towards a floor. */
  kind: 'ceiling' | 'floor';
}

const WIDE = 420;

/** Lines over training steps: median per arm, the range over seeds as a band, the reference as a fainter one. */
export function lineChart(chart: LineChart): SVGSVGElement {
  const wide = chart.width >= WIDE;
  const longest = Math.max(0, ...chart.lines.map((line) => line.label.length));
  const margins = { marginLeft: 46, marginRight: wide ? Math.min(150, 20 + 7 * longest) : 14, marginTop: 22, marginBottom: 34 };
  const { domain, log, percent } = chart.y;
  const clip = (value: number): number => (log ? Math.max(value, domain[0]) : value);
  const ticks = log ? decades(domain[0], domain[1], 5) : 4;
  const marks: Plot.Markish[] = [
    Plot.gridY({ stroke: 'var(--rule)', strokeOpacity: 1, ticks }),
    Plot.axisX({
      ticks: 3,
      tickSize: 0,
      tickPadding: 8,
      label: 'training steps',
      labelArrow: 'none',
      labelAnchor: 'right',
      labelOffset: 32,
      color: 'var(--ink-soft)',
    }),
    Plot.axisY({
      ticks,
      tickSize: 0,
      tickPadding: 6,
      label: null,
      color: 'var(--ink-soft)',
      ...(percent ? { tickFormat: percentTick } : log ? { tickFormat: String } : {}),
    }),
    Plot.ruleY([domain[0]], { stroke: 'var(--ink-soft)', strokeWidth: 1 }),
  ];
  for (const { reference, points, style } of chart.lines) if (reference) marks.push(...referenceMarks(reference, style, clip, !points.length));
  if (chart.level) marks.push(...levelMarks(chart.level));
  for (const line of chart.earlier ?? []) marks.push(...earlierMarks(line, clip));
  for (const { points, style } of chart.lines) {
    const line = { x: 'step', y: (point: Point) => clip(point.median), stroke: style.colour };
    if (points.some((point) => point.max > point.min)) {
      const band = { x: 'step', y1: (point: Point) => clip(point.min), y2: (point: Point) => clip(point.max) };
      marks.push(Plot.areaY(points, { ...band, fill: style.colour, fillOpacity: 0.14 }));
    }
    marks.push(Plot.lineY(points, { ...line, strokeWidth: 2, strokeDasharray: style.dash }));
    marks.push(Plot.dot(points, { ...line, r: 3, symbol: plotSymbol(style.symbol), ...symbolPaint(style) }));
  }
  if (wide) marks.push(...endLabels(chart, margins));
  return tidy(
    Plot.plot({
      width: chart.width,
      height: chart.height,
      ...margins,
      x: { domain: [0, Math.max(1, chart.steps)] },
      y: { domain, type: log ? 'log' : 'linear' },
      marks,
    }),
  );
}

export function percentTick(value: number): string {
  return `${Math.round(100 * value)} %`;
}

type ReferencePoint = NonNullable<Line['reference']>[number];

/** The median only where no line of a run is there yet: else it would look like one more. */
function referenceMarks(reference: ReferencePoint[], style: ArmStyle, clip: (value: number) => number, median: boolean): Plot.Markish[] {
  const band = { x: 'step', y1: (at: ReferencePoint) => clip(at.low), y2: (at: ReferencePoint) => clip(at.high) };
  const marks: Plot.Markish[] = [Plot.areaY(reference, { ...band, fill: style.colour, fillOpacity: 0.09 })];
  if (median) {
    const y = (at: ReferencePoint): number => clip(at.median);
    marks.push(Plot.lineY(reference, { x: 'step', y, stroke: style.colour, strokeOpacity: 0.75, strokeWidth: 1, strokeDasharray: style.dash }));
  }
  return marks;
}

function earlierMarks({ points, style, dash, number, place }: EarlierLine, clip: (value: number) => number): Plot.Markish[] {
  const line = { x: 'step', y: (point: Point) => clip(point.median), stroke: style.colour };
  return [
    Plot.lineY(points, { ...line, strokeWidth: 1.1, strokeDasharray: dash }),
    Plot.dot(points.slice(-1), { ...line, r: 2.5, symbol: plotSymbol(style.symbol), fill: 'var(--paper-raised)', strokeWidth: 1 }),
    Plot.text(points.slice(-1), { ...numbered(style), x: 'step', y: line.y, text: () => String(number), dx: -6 - 8 * place, dy: -7 }),
  ];
}

/** The look of a run's number beside its line or mark. */
export function numbered(style: ArmStyle): { fill: string; fontSize: number; stroke: string; strokeWidth: number } {
  return { fill: style.colour, fontSize: 10, stroke: 'var(--paper-raised)', strokeWidth: 3 };
}

function levelMarks(level: Level): Plot.Markish[] {
  const ceiling = level.kind === 'ceiling';
  return [
    Plot.ruleY([level.value], { stroke: 'var(--ink)', strokeWidth: 1.25, strokeDasharray: '1 3', strokeLinecap: 'round' }),
    Plot.text([level.label], {
      y: level.value,
      frameAnchor: ceiling ? 'right' : 'left',
      dx: ceiling ? 0 : 2,
      dy: ceiling ? -9 : 9,
      textAnchor: ceiling ? 'end' : 'start',
      fill: 'var(--ink)',
      stroke: 'var(--paper-raised)',
      strokeWidth: 4,
      fontStyle: 'italic',
    }),
  ];
}

/** Names at the ends of the lines, moved apart where they would overlap; none where there is no room for all. */
function endLabels(chart: LineChart, margins: { marginTop: number; marginBottom: number }): Plot.Markish[] {
  const { domain, log } = chart.y;
  const scale = (value: number): number => (log ? Math.log(value) : value);
  const inner = chart.height - margins.marginTop - margins.marginBottom;
  const ends = chart.lines.flatMap(({ label, style, points, reference }) => {
    const point = points.at(-1) ?? reference?.at(-1);
    if (!point) return [];
    const value = Math.min(domain[1], Math.max(domain[0], point.median));
    return [{ label, style, step: point.step, value, at: ((scale(domain[1]) - scale(value)) / (scale(domain[1]) - scale(domain[0]))) * inner }];
  });
  if (ends.length * LINE_HEIGHT > inner + 2 * LINE_HEIGHT) return [];
  const places = movedApart(ends.map((end) => end.at), inner);
  return ends.map(({ label, style, step, value, at }, index) =>
    Plot.text([label], { x: step, y: value, dx: 9, dy: (places[index] ?? at) - at, textAnchor: 'start', fill: style.colour, fontWeight: 600 }),
  );
}
