import * as Plot from '@observablehq/plot';
import type { Totals } from '../../state/totals';
import { large } from '../../state/words';
import { plotSymbol, symbolPaint, type ArmStyle } from '../palette';
import { decades } from '../scale';
import { numbered } from './line';
import { tidy } from './tidy';

export const TOTALS: { key: 'student' | 'queries' | 'teacher'; label: string; explain: string }[] = [
  { key: 'student', label: 'student only', explain: 'training the student' },
  { key: 'queries', label: '+ answers', explain: 'and the teacher’s work of answering' },
  { key: 'teacher', label: '+ teacher', explain: 'and the training of the teacher' },
];

const NAME_ROW = '';

interface Dot {
  arm: Totals['arm'];
  total: string;
  value: number;
}

/** The totals of a run made earlier. */
export interface EarlierTotals {
  number: number;
  totals: Totals[];
}

/** The three totals of every arm on a scale where each grid line is ten times the one before. */
export function costChart(totals: Totals[], earlier: EarlierTotals[], names: Record<string, string>, look: (arm: string) => ArmStyle, width: number): SVGSVGElement {
  const arms = Object.keys(names).filter((arm) => [{ totals }, ...earlier].some((one) => one.totals.some((entry) => entry.arm === arm)));
  const dots = dotsOf(totals);
  const before = earlier.map((one) => ({ number: one.number, dots: dotsOf(one.totals) }));
  const values = [dots, ...before.map((one) => one.dots)].flat().map((dot) => dot.value).filter((value) => value > 0);
  const low = 10 ** Math.floor(Math.log10(Math.min(...values, 1e12)) - 0.3);
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values, 1e13)) + 0.3);
  const narrow = width < 420;
  const row = 22;
  const ticks = decades(low, high, narrow ? 3 : 5);
  const marks: Plot.Markish[] = [
    Plot.gridX({ stroke: 'var(--rule)', strokeOpacity: 1, ticks }),
    Plot.axisX({
      ticks,
      tickSize: 0,
      tickPadding: 8,
      tickFormat: large,
      label: 'multiplications and additions',
      labelArrow: 'none',
      labelOffset: 36,
      color: 'var(--ink-soft)',
    }),
    Plot.axisY({ tickSize: 0, ticks: TOTALS.map((total) => total.label), label: null, color: 'var(--ink-soft)' }),
  ];
  for (const arm of arms) {
    const style = look(arm);
    const own = dots.filter((dot) => dot.arm === arm && dot.value > 0);
    const place = { fy: () => names[arm] ?? arm, y: 'total' };
    marks.push(
      Plot.ruleY(own, { ...place, x1: low, x2: 'value', stroke: style.colour, strokeWidth: 1.5, strokeDasharray: style.dash }),
      Plot.dot(own, { ...place, x: 'value', r: 4.5, symbol: plotSymbol(style.symbol), ...symbolPaint(style) }),
      Plot.text(own, { ...place, x: 'value', dx: 9, textAnchor: 'start', text: (dot: Dot) => large(dot.value), fill: 'var(--ink)' }),
    );
  }
  before.forEach(({ number, dots: known }, place) => {
    for (const dot of known.filter(({ value }) => value > 0)) {
      const style = look(dot.arm);
      const at = { fy: () => names[dot.arm] ?? dot.arm, y: 'total', x: 'value' };
      marks.push(
        Plot.dot([dot], { ...at, r: 2.5, symbol: plotSymbol(style.symbol), fill: 'var(--paper-raised)', stroke: style.colour, strokeWidth: 1 }),
        Plot.text([dot], { ...at, ...numbered(style), dx: -7 - 8 * place, dy: -6, text: () => String(number) }),
      );
    }
  });
  return tidy(
    Plot.plot({
      width,
      height: arms.length * (TOTALS.length + 1) * row + 44,
      marginLeft: 84,
      marginRight: narrow ? 64 : 84,
      marginBottom: 40,
      marginTop: 4,
      x: { type: 'log', domain: [low, high] },
      // An empty row above the totals holds the name of the arm.
      y: { domain: [NAME_ROW, ...TOTALS.map((total) => total.label)], padding: 0.6 },
      fy: { domain: arms.map((arm) => names[arm] ?? arm), axis: null, padding: 0.04 },
      marks: [
        ...marks,
        Plot.text(arms, {
          fy: (arm: string) => names[arm] ?? arm,
          y: () => NAME_ROW,
          frameAnchor: 'left',
          dx: -84,
          dy: 3,
          text: (arm: string) => names[arm] ?? arm,
          textAnchor: 'start',
          fontWeight: 600,
          fill: 'var(--ink)',
        }),
      ],
    }),
  );
}

function dotsOf(totals: Totals[]): Dot[] {
  return totals.flatMap((one) => TOTALS.map(({ key, label }) => ({ arm: one.arm, total: label, value: one[key] })));
}
