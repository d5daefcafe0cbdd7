import type { Experiment } from '../state/experiment';

/** How an arm looks everywhere: colour, dash and marker, so that no one needs to tell colours apart. */
export interface ArmStyle {
  /** A CSS variable: the colour follows the theme without redrawing. */
  colour: string;
  dash: string;
  /** Enough by itself to tell the arms of an experiment apart. */
  symbol: Marker;
}

export interface Marker {
  shape: Shape;
  /** Drawn as an outline only. */
  hollow: boolean;
}

type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'wedge' | 'saltire' | 'bar';
type Corner = readonly [number, number];

const SHAPES: Shape[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'wedge', 'saltire', 'bar'];
const COLOURS = 6;
/** Of runs made earlier, whose lines are thin. */
const RUN_DASHES = ['2 2', '6 2', '1 3', '6 2 1 2', '9 3'];
const DASHES = ['none', '7 3', '2 3', '11 3 2 3', '5 2', '9 2 2 2 2 2', '3 2', '12 4', '1 2', '6 2 1 2', '14 2', '4 4', '8 2 4 2', '1 5', '10 6', '3 5'];

/** Of that place in a list. Colours come around again after six, markers after eight, then hollow. */
export function styleAt(place: number): ArmStyle {
  const at = Math.max(0, place);
  const shape = SHAPES[at % SHAPES.length] as Shape;
  return {
    colour: `var(--arm-${(at % COLOURS) + 1})`,
    dash: DASHES[at % DASHES.length] as string,
    symbol: { shape, hollow: Math.floor(at / SHAPES.length) % 2 === 1 },
  };
}

/** How the lines of an earlier run of that number are dashed. */
export function runDash(number: number): string {
  return RUN_DASHES[(number - 1) % RUN_DASHES.length] as string;
}

/** An arm looks the same in every figure and every run of its experiment, whichever arms are chosen. */
export function styleOf(experiment: Experiment, arm: string): ArmStyle {
  return styleAt(experiment.arms.findIndex((one) => one.id === arm));
}

/** Corners around (0, 0), for a marker about 9 px wide. */
const CORNERS: Record<Exclude<Shape, 'circle'>, readonly Corner[]> = {
  square: [[-3.6, -3.6], [3.6, -3.6], [3.6, 3.6], [-3.6, 3.6]],
  triangle: [[0, -4.6], [4.4, 3.4], [-4.4, 3.4]],
  diamond: [[0, -5], [5, 0], [0, 5], [-5, 0]],
  cross: [
    [-1.6, -4.6], [1.6, -4.6], [1.6, -1.6], [4.6, -1.6], [4.6, 1.6], [1.6, 1.6],
    [1.6, 4.6], [-1.6, 4.6], [-1.6, 1.6], [-4.6, 1.6], [-4.6, -1.6], [-1.6, -1.6],
  ],
  wedge: [[-4.4, -3.4], [4.4, -3.4], [0, 4.6]],
  saltire: [
    [-4.4, -2.2], [-2.2, -4.4], [0, -2.2], [2.2, -4.4], [4.4, -2.2], [2.2, 0],
    [4.4, 2.2], [2.2, 4.4], [0, 2.2], [-2.2, 4.4], [-4.4, 2.2], [-2.2, 0],
  ],
  bar: [[-4.8, -2.2], [4.8, -2.2], [4.8, 2.2], [-4.8, 2.2]],
};
const RADIUS = 4;

/** The outline of a marker, for the legend and for saved charts. */
export function symbolPath({ shape }: Marker): string {
  if (shape === 'circle') return `M${RADIUS} 0A${RADIUS} ${RADIUS} 0 1 1 ${-RADIUS} 0A${RADIUS} ${RADIUS} 0 1 1 ${RADIUS} 0Z`;
  return `M${CORNERS[shape].map((corner) => corner.join(' ')).join('L')}Z`;
}

interface Context {
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

/** The same outline as Plot wants it: `size` is the area of a circle that looks as large. */
export function plotSymbol({ shape }: Marker): { draw(context: Context, size: number): void } {
  return {
    draw(context, size) {
      const scale = Math.sqrt(size / Math.PI) / RADIUS;
      if (shape === 'circle') {
        context.moveTo(RADIUS * scale, 0);
        context.arc(0, 0, RADIUS * scale, 0, 2 * Math.PI);
      } else {
        CORNERS[shape].forEach(([x, y], index) => (index ? context.lineTo(x * scale, y * scale) : context.moveTo(x * scale, y * scale)));
      }
      context.closePath();
    },
  };
}

/** Fill and outline of a marker on a chart. */
export function symbolPaint({ colour, symbol }: ArmStyle): { fill: string; stroke: string; strokeWidth: number } {
  return symbol.hollow
    ? { fill: 'var(--paper-raised)', stroke: colour, strokeWidth: 1.6 }
    : { fill: colour, stroke: 'var(--paper-raised)', strokeWidth: 0.75 };
}
