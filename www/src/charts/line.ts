import * as Plot from '@observablehq/plot';
import type { Point, Series } from '../state/series';
import { ARM_STYLES } from './palette';
import { decades } from './scale';

export interface LineChart {
  width: number;
  height: number;
  series: Series[];
  /** What to write at the end of each line; nothing in narrow charts, which have the legend only. */
  labels: Record<string, string>;
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
const LINE_HEIGHT = 13;

/** Lines over training steps: median per arm, the range over seeds as a band. */
export function lineChart(chart: LineChart): SVGSVGElement {
  const wide = chart.width >= WIDE;
  const margins = { marginLeft: 42, marginRight: wide ? 104 : 14, marginTop: 22, marginBottom: 34 };
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
  if (chart.level) marks.push(...levelMarks(chart.level));
  for (const { arm, points } of chart.series) {
    const { colour, dash, symbol } = ARM_STYLES[arm];
    const line = { x: 'step', y: (point: Point) => clip(point.median), stroke: colour };
    if (points.some((point) => point.max > point.min)) {
      const band = { x: 'step', y1: (point: Point) => clip(point.min), y2: (point: Point) => clip(point.max) };
      marks.push(Plot.areaY(points, { ...band, fill: colour, fillOpacity: 0.14 }));
    }
    marks.push(Plot.lineY(points, { ...line, strokeWidth: 2, strokeDasharray: dash }));
    marks.push(Plot.dot(points, { ...line, r: 3, symbol, fill: colour, stroke: 'var(--paper-raised)', strokeWidth: 0.75 }));
  }
  if (wide) marks.push(...endLabels(chart, margins));
  const svg = Plot.plot({
    width: chart.width,
    height: chart.height,
    ...margins,
    x: { domain: [0, Math.max(1, chart.steps)] },
    y: { domain, type: log ? 'log' : 'linear' },
    marks,
  }) as unknown as SVGSVGElement;
  return tidy(svg);
}

function percentTick(value: number): string {
  return `${Math.round(100 * value)} %`;
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

/** Names at the ends of the lines, moved apart where they would overlap. */
function endLabels(chart: LineChart, margins: { marginTop: number; marginBottom: number }): Plot.Markish[] {
  const [low, high] = chart.y.domain.map((value) => (chart.y.log ? Math.log(value) : value)) as [number, number];
  const inner = chart.height - margins.marginTop - margins.marginBottom;
  const ends = chart.series
    .flatMap(({ arm, points }) => {
      const last = points.at(-1);
      if (!last) return [];
      const value = Math.min(chart.y.domain[1], Math.max(chart.y.domain[0], last.median));
      const at = ((high - (chart.y.log ? Math.log(value) : value)) / (high - low)) * inner;
      return [{ arm, last, value, at, to: at }];
    })
    .sort((a, b) => a.at - b.at);
  ends.forEach((end, index) => {
    const above = ends[index - 1];
    if (above) end.to = Math.max(end.to, above.to + LINE_HEIGHT);
  });
  for (let index = ends.length - 1, floor = inner; index >= 0; index--, floor -= LINE_HEIGHT) {
    const end = ends[index];
    if (end) end.to = Math.min(end.to, floor);
  }
  return ends.map(({ arm, last, value, at, to }) =>
    Plot.text([chart.labels[arm] ?? arm], {
      x: last.step,
      y: value,
      dx: 9,
      dy: to - at,
      textAnchor: 'start',
      fill: ARM_STYLES[arm].colour,
      fontWeight: 600,
    }),
  );
}

/** Plot puts a style element into each chart, which the content security policy would refuse; `charts.css` has its rules. */
export function tidy(svg: SVGSVGElement): SVGSVGElement {
  svg.querySelectorAll('style').forEach((style) => style.remove());
  // Groups without a role must not have names; the place of the chart has one, and the chart in words.
  svg.querySelectorAll('[aria-label]').forEach((part) => part.removeAttribute('aria-label'));
  svg.setAttribute('class', 'plot');
  svg.removeAttribute('style');
  return svg;
}
