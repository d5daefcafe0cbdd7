import * as Plot from '@observablehq/plot';
import { plotSymbol, symbolPaint, type ArmStyle } from '../palette';
import { decades } from '../scale';
import { LINE_HEIGHT, movedApart } from './labels';
import { numbered } from './line';
import { tidy } from './tidy';

/** Singular values of the numbers that one defence lets through. */
export interface SpectrumLine {
  label: string;
  style: ArmStyle;
  values: number[];
  /** Where its cliff was found: after so many values. */
  found: number;
}

/** Of a run made earlier. */
export interface EarlierSpectrum extends Omit<SpectrumLine, 'label'> {
  dash: string;
  number: number;
}

const WIDE = 420;
/** Below this everything is rounding. */
const LEAST = 1e-10;

/** Singular values, largest first, on a logarithmic scale, and the true width of the model. */
export function spectrumChart(lines: SpectrumLine[], earlier: EarlierSpectrum[], truth: number, width: number, height: number): SVGSVGElement {
  const wide = width >= WIDE;
  const margins = { marginLeft: 54, marginRight: wide ? 132 : 14, marginTop: 24, marginBottom: 36 };
  const smallest = Math.min(...[...lines, ...earlier].flatMap(({ values }) => values.filter((value) => value > 0)));
  const low = Math.max(LEAST, 10 ** Math.floor(Math.log10(smallest)));
  const longest = Math.max(truth + 1, ...[...lines, ...earlier].map(({ values }) => values.length));
  const ticks = decades(low, 1, 5);
  const at = (value: number): number => Math.max(low, value);
  const inner = height - margins.marginTop - margins.marginBottom;
  const marks: Plot.Markish[] = [
    Plot.gridY({ stroke: 'var(--rule)', strokeOpacity: 1, ticks }),
    Plot.axisX({ ticks: 4, tickSize: 0, tickPadding: 8, label: 'singular value, by size', labelArrow: 'none', labelAnchor: 'right', labelOffset: 34, color: 'var(--ink-soft)' }),
    Plot.axisY({ ticks, tickSize: 0, tickPadding: 6, label: null, color: 'var(--ink-soft)', tickFormat: (value: number) => (value < 0.01 ? value.toExponential(0) : String(value)) }),
    Plot.ruleX([truth], { stroke: 'var(--ink)', strokeWidth: 1.25, strokeDasharray: '1 3', strokeLinecap: 'round' }),
    Plot.text([`true width ${truth}`], { x: truth, frameAnchor: 'top', dy: -14, textAnchor: truth > longest / 2 ? 'end' : 'start', fill: 'var(--ink)', fontStyle: 'italic' }),
  ];
  earlier.forEach(({ style, values, found, dash, number }) => {
    const points = values.map((value, index) => [index + 1, at(value)] as const);
    marks.push(
      Plot.lineY(points, { x: '0', y: '1', stroke: style.colour, strokeWidth: 1, strokeDasharray: dash }),
      Plot.text(points.slice(found - 1, found), { ...numbered(style), x: '0', y: '1', dx: -6, dy: -7, text: () => String(number) }),
    );
  });
  for (const { style, values, found } of lines) {
    const points = values.map((value, index) => [index + 1, at(value)] as const);
    const cliff = points[found - 1];
    marks.push(Plot.lineY(points, { x: '0', y: '1', stroke: style.colour, strokeWidth: 1.75, strokeDasharray: style.dash }));
    if (cliff) marks.push(Plot.dot([cliff], { x: '0', y: '1', r: 4, symbol: plotSymbol(style.symbol), ...symbolPaint(style) }));
  }
  if (wide && lines.length * LINE_HEIGHT <= inner) {
    const wanted = lines.map(({ values }) => (Math.log(at(values.at(-1) ?? low)) / Math.log(low)) * inner);
    const placed = movedApart(wanted, inner);
    lines.forEach(({ label, style, values }, index) =>
      marks.push(
        Plot.text([label], {
          x: values.length,
          y: at(values.at(-1) ?? low),
          dx: 8,
          dy: (placed[index] ?? 0) - (wanted[index] ?? 0),
          textAnchor: 'start',
          fill: style.colour,
          fontWeight: 600,
        }),
      ),
    );
  }
  return tidy(Plot.plot({ width, height, ...margins, x: { domain: [1, longest] }, y: { domain: [low, 1], type: 'log' }, marks }));
}
