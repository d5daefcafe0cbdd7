import * as Plot from '@observablehq/plot';
import { plotSymbol, symbolPaint, type ArmStyle } from '../palette';
import { movedApart } from './labels';
import { numbered, percentTick } from './line';
import { tidy } from './tidy';

/** One arm in a dot plot. */
export interface Row {
  label: string;
  style: ArmStyle;
  /** The run on screen, with its interval and what to write beside it. */
  run?: { value: number; low: number; high: number; text: string } | undefined;
  /** Many seeds computed beforehand. */
  reference?: { median: number; low: number; high: number } | undefined;
  /** Runs made earlier, by their numbers. */
  earlier?: { number: number; value: number }[] | undefined;
}

export interface DotPlot {
  width: number;
  rows: Row[];
  domain: [number, number];
  percent: boolean;
  level?: { value: number; label: string } | undefined;
}

const ROW = 24;
/** More where the numbers of earlier runs stand under the marks. */
const NUMBERED_ROW = 36;
/** Room for a number of a run, px. */
const DIGIT = 8;
const TOP = 24;
const BOTTOM = 26;

/** Where every arm stands: a marker with its interval, on the grey bar of the reference. */
export function dotPlot({ width, rows, domain, percent, level }: DotPlot): SVGSVGElement {
  const longest = Math.max(4, ...rows.map((row) => row.label.length));
  const margins = { marginLeft: Math.min(width * 0.42, 12 + 6.6 * longest), marginRight: 54, marginTop: TOP, marginBottom: BOTTOM };
  const ticks = width < 440 ? 2 : 5;
  const y = (row: Row): string => row.label;
  const referenced = rows.filter((row) => row.reference);
  const run = rows.filter((row) => row.run);
  const height = rows.some((row) => row.earlier?.length) ? NUMBERED_ROW : ROW;
  const marks: Plot.Markish[] = [
    Plot.gridX({ stroke: 'var(--rule)', strokeOpacity: 1, ticks }),
    Plot.axisX({ ticks, tickSize: 0, tickPadding: 6, label: null, color: 'var(--ink-soft)', ...(percent ? { tickFormat: percentTick } : {}) }),
    Plot.axisY({ tickSize: 0, tickPadding: 8, label: null, color: 'var(--ink)' }),
    Plot.ruleY(referenced, {
      y,
      x1: (row: Row) => row.reference?.low,
      x2: (row: Row) => row.reference?.high,
      stroke: 'var(--ink-soft)',
      strokeOpacity: 0.32,
      strokeWidth: 9,
    }),
    // Its height in the facet's band is that of the bar, and a little more.
    Plot.tickX(referenced, { y, x: (row: Row) => row.reference?.median, stroke: 'var(--ink-soft)', strokeWidth: 2, insetTop: 4, insetBottom: 4 }),
  ];
  if (level) marks.push(...levelMarks(level, domain));
  const across = width - margins.marginLeft - margins.marginRight;
  for (const row of rows) marks.push(...earlierMarks(row, domain, across));
  for (const row of run) {
    const { colour } = row.style;
    marks.push(
      Plot.ruleY([row], { y, x1: (one: Row) => one.run?.low, x2: (one: Row) => one.run?.high, stroke: colour, strokeWidth: 1.75 }),
      Plot.dot([row], { y, x: (one: Row) => one.run?.value, r: 4, symbol: plotSymbol(row.style.symbol), ...symbolPaint(row.style) }),
    );
  }
  marks.push(Plot.text(run, { y, frameAnchor: 'right', dx: 50, textAnchor: 'end', text: (row: Row) => row.run?.text, fill: 'var(--ink)' }));
  return tidy(
    Plot.plot({
      width,
      height: rows.length * height + TOP + BOTTOM,
      ...margins,
      x: { domain },
      y: { domain: rows.map((row) => row.label), padding: 0.1 },
      marks,
    }),
  );
}

/** A short stroke where each earlier run stands, and its number under it, moved aside where two would lie on each other. */
function earlierMarks(row: Row, domain: [number, number], across: number): Plot.Markish[] {
  const runs = row.earlier ?? [];
  const at = runs.map(({ value }) => ((value - domain[0]) / (domain[1] - domain[0])) * across);
  const placed = movedApart(at, across, DIGIT);
  return runs.flatMap(({ number, value }, index) => [
    Plot.tickX([row], { y: (one: Row) => one.label, x: value, stroke: row.style.colour, strokeWidth: 1.25, insetTop: 9, insetBottom: 9 }),
    Plot.text([row], { ...numbered(row.style), y: (one: Row) => one.label, x: value, dx: (placed[index] ?? 0) - (at[index] ?? 0), dy: 13, text: () => String(number) }),
  ]);
}

/** The name of a level is written on the side where there is more room. */
function levelMarks(level: { value: number; label: string }, domain: [number, number]): Plot.Markish[] {
  const right = level.value > (domain[0] + domain[1]) / 2;
  return [
    Plot.ruleX([level.value], { stroke: 'var(--ink)', strokeWidth: 1.25, strokeDasharray: '1 3', strokeLinecap: 'round' }),
    Plot.text([level.label], { x: level.value, frameAnchor: 'top', dy: -14, dx: right ? 4 : -4, textAnchor: right ? 'end' : 'start', fill: 'var(--ink)', fontStyle: 'italic' }),
  ];
}
