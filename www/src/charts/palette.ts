import type { Arm } from '../wasm/stillroom.js';

/** How an arm looks everywhere: colour, dash and marker, so that no one needs to tell colours apart. */
export interface ArmStyle {
  /** A CSS variable: the colour follows the theme without redrawing. */
  colour: string;
  dash: string;
  symbol: 'circle' | 'square' | 'triangle';
}

export const ARM_STYLES: Record<Arm, ArmStyle> = {
  logits: { colour: 'var(--arm-logits)', dash: 'none', symbol: 'circle' },
  text: { colour: 'var(--arm-text)', dash: '7 3', symbol: 'square' },
  scratch: { colour: 'var(--arm-scratch)', dash: '2 3', symbol: 'triangle' },
};

/** Outlines of the markers around (0, 0), about 9 px wide; used by the legend and by saved charts. */
export const SYMBOL_PATHS: Record<ArmStyle['symbol'], string> = {
  circle: 'M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z',
  square: 'M-3.6 -3.6H3.6V3.6H-3.6Z',
  triangle: 'M0 -4.6L4.4 3.4H-4.4Z',
};
