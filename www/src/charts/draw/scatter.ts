import * as Plot from '@observablehq/plot';
import { plotSymbol, symbolPaint, type ArmStyle } from '../palette';
import { decades } from '../scale';
import { movedApart } from './labels';
import { numbered } from './line';
import { tidy } from './tidy';

/** One labelled mark. */
export interface Mark {
  label: string;
  style: ArmStyle;
  x: number;
  y: number;
  /** The range over the seeds of the run. */
  low: number;
  high: number;
  reference?: { median: number; low: number; high: number } | undefined;
  /** Whether the run on screen has it; else only the reference does. */
  run: boolean;
}

/** A mark of a run made earlier: small, hollow, with the run's number. */
export interface EarlierMark {
  style: ArmStyle;
  x: number;
  y: number;
  number: number;
  /** How many runs are drawn before it, so that their numbers do not lie on each other. */
  place: number;
}

export interface Scatter {
  width: number;
  height: number;
  marks: Mark[];
  earlier?: EarlierMark[];
  x: Axis;
  y: Axis;
  /** Draws the line on which both are equal. */
  diagonal?: string | undefined;
}

interface Axis {
  domain: [number, number];
  log: boolean;
  label: string;
}

const WIDE = 400;
const MARGINS = { marginLeft: 46, marginTop: 24, marginBottom: 40 };
/** Marks that are closer than this across share one column of names, px. */
const COLUMN = 24;
/** Between a mark and its name, and about the width of a letter, px. */
const GAP = 11;
const LETTER = 7;

/** One mark per arm, named where there is room. */
export function scatter(chart: Scatter): SVGSVGElement {
  const { x, y, width, height, marks } = chart;
  const margins = { ...MARGINS, marginRight: 16 };
  const axis = (one: Axis, most: number): number | number[] => (one.log ? decades(one.domain[0], one.domain[1], most) : most);
  const parts: Plot.Markish[] = [
    Plot.gridX({ stroke: 'var(--rule)', strokeOpacity: 1, ticks: axis(x, 4) }),
    Plot.gridY({ stroke: 'var(--rule)', strokeOpacity: 1, ticks: axis(y, 5) }),
    Plot.axisX({
      ticks: axis(x, 4),
      tickSize: 0,
      tickPadding: 8,
      label: x.label,
      labelArrow: 'none',
      labelAnchor: 'right',
      labelOffset: 36,
      color: 'var(--ink-soft)',
      ...(x.log ? { tickFormat: (value: number) => value.toLocaleString('en') } : {}),
    }),
    Plot.axisY({ ticks: axis(y, 5), tickSize: 0, tickPadding: 6, label: null, color: 'var(--ink-soft)', ...(y.log ? { tickFormat: String } : {}) }),
    Plot.text([y.label], { frameAnchor: 'top-left', dx: -38, dy: -16, textAnchor: 'start', fill: 'var(--ink-soft)' }),
  ];
  if (chart.diagonal) parts.push(...diagonalMarks(chart, chart.diagonal));
  for (const mark of chart.earlier ?? []) {
    const { style, number, place } = mark;
    parts.push(
      Plot.dot([mark], { x: 'x', y: 'y', r: 2.5, symbol: plotSymbol(style.symbol), fill: 'var(--paper-raised)', stroke: style.colour, strokeWidth: 1 }),
      Plot.text([mark], { ...numbered(style), x: 'x', y: 'y', dx: -7 - 8 * place, dy: -5, text: () => String(number) }),
    );
  }
  for (const mark of marks) {
    const { style, reference } = mark;
    if (reference) {
      parts.push(
        Plot.ruleX([mark], { x: 'x', y1: reference.low, y2: reference.high, stroke: 'var(--ink-soft)', strokeOpacity: 0.32, strokeWidth: 9 }),
        Plot.dot([mark], { x: 'x', y: reference.median, r: 4.5, symbol: BAR, stroke: 'var(--ink-soft)', strokeWidth: 2 }),
      );
    }
    if (!mark.run) continue;
    if (mark.high > mark.low) parts.push(Plot.ruleX([mark], { x: 'x', y1: mark.low, y2: mark.high, stroke: style.colour, strokeWidth: 1.75 }));
    parts.push(Plot.dot([mark], { x: 'x', y: 'y', r: 4.5, symbol: plotSymbol(style.symbol), ...symbolPaint(style) }));
  }
  if (width >= WIDE) parts.push(...names(chart, margins));
  return tidy(
    Plot.plot({
      width,
      height,
      ...margins,
      x: { domain: x.domain, type: x.log ? 'log' : 'linear' },
      y: { domain: y.domain, type: y.log ? 'log' : 'linear' },
      marks: parts,
    }),
  );
}

/** A short stroke across: the median of the reference. */
const BAR = {
  draw(context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, size: number) {
    const half = Math.sqrt(size / Math.PI) * 1.4;
    context.moveTo(-half, 0);
    context.lineTo(half, 0);
  },
};

function diagonalMarks({ x, y }: Scatter, label: string): Plot.Markish[] {
  const [from, to] = [Math.max(x.domain[0], y.domain[0]), Math.min(x.domain[1], y.domain[1])];
  return [
    Plot.line([[from, from], [to, to]], { stroke: 'var(--ink)', strokeWidth: 1.25, strokeDasharray: '1 3', strokeLinecap: 'round' }),
    Plot.text([label], { x: to, y: to, dx: -8, dy: -2, textAnchor: 'end', fill: 'var(--ink)', stroke: 'var(--paper-raised)', strokeWidth: 4, fontStyle: 'italic' }),
  ];
}

/** Names beside their marks, on the side that has room, moved apart within their column. */
function names(chart: Scatter, margins: { marginLeft: number; marginRight: number; marginTop: number; marginBottom: number }): Plot.Markish[] {
  const along = (value: number, { domain, log }: Axis): number => {
    const scale = (one: number): number => (log ? Math.log(one) : one);
    return (scale(value) - scale(domain[0])) / (scale(domain[1]) - scale(domain[0]));
  };
  const across = chart.width - margins.marginLeft - margins.marginRight;
  const down = chart.height - margins.marginTop - margins.marginBottom;
  const placed = chart.marks.map((mark) => ({ mark, x: along(mark.x, chart.x) * across, at: (1 - along(mark.y, chart.y)) * down }));
  const columns: (typeof placed)[] = [];
  for (const one of [...placed].sort((a, b) => a.x - b.x)) {
    const column = columns.at(-1);
    if (column && one.x - (column[0]?.x ?? 0) < COLUMN) column.push(one);
    else columns.push([one]);
  }
  const sides = columns.map((column) => {
    const places = column.map((one) => one.x);
    const right = Math.max(...places) < across - 110;
    const longest = Math.max(...column.map((one) => one.mark.label.length));
    return { column, right, start: right ? Math.max(...places) : Math.min(...places), width: GAP + LETTER * longest };
  });
  // Names to the right of one column may meet those to the left of the next: they are then moved apart as one.
  const groups: (typeof sides)[] = [];
  for (const side of sides) {
    const before = groups.at(-1)?.at(-1);
    if (before?.right && !side.right && side.start - before.start < before.width + side.width) groups.at(-1)?.push(side);
    else groups.push([side]);
  }
  return groups.flatMap((group) => {
    const all = group.flatMap(({ column, right, start }) => column.map((one) => ({ ...one, right, start })));
    const heights = movedApart(all.map((one) => one.at), down);
    return all.map(({ mark, x, at, right, start }, index) =>
      Plot.text([mark.label], {
        x: mark.x,
        y: mark.y,
        dx: start - x + (right ? GAP : -GAP),
        dy: (heights[index] ?? at) - at,
        textAnchor: right ? 'start' : 'end',
        fill: mark.style.colour,
        fontWeight: 600,
        stroke: 'var(--paper-raised)',
        strokeWidth: 3,
      }),
    );
  });
}
