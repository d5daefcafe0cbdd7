import type { ArmStyle } from '../palette';
import type { Cell } from '../csv';

/** One chart as data: what it asks, what it says in words, its numbers, and how to draw it. */
export interface Figure {
  id: string;
  title: string;
  note: string;
  /** The state of the chart in words, for those who cannot see it. */
  summary: string;
  columns: string[];
  rows: Cell[][];
  panels: Panel[];
  legend: LegendEntry[];
  /** What stands where the chart will be. */
  waiting: string;
  /** Has too many parts for half the width of the page. */
  wide: boolean;
  /** Whether a logarithmic scale makes sense. */
  canLog: boolean;
  /** A few numbers that belong beside the chart. */
  table?: { columns: string[]; rows: Cell[][] } | undefined;
  /** How the reference is drawn, if it is. */
  reference?: string | undefined;
}

export interface LegendEntry {
  id: string;
  label: string;
  style: ArmStyle;
  /** The number of an earlier run, which has no marker of its own. */
  run?: number;
}

export interface Panel {
  label?: string | undefined;
  /** Least width on the page, rem. */
  least: number;
  draw(width: number, log: boolean): SVGSVGElement;
}
