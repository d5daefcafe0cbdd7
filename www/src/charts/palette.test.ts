import { describe, expect, it } from 'vitest';
import { experimentOf, experiments } from '../state/experiment';
import base from '../styles/base.css?raw';
import { plotSymbol, styleAt, styleOf, symbolPath, type ArmStyle } from './palette';

const marker = ({ symbol }: ArmStyle): string => `${symbol.shape} ${symbol.hollow}`;

describe('the look of arms', () => {
  it('keeps that of the first three', () => {
    const capability = experimentOf('capability');
    expect(styleOf(capability, 'logits')).toEqual({ colour: 'var(--arm-1)', dash: 'none', symbol: { shape: 'circle', hollow: false } });
    expect(styleOf(capability, 'text')).toEqual({ colour: 'var(--arm-2)', dash: '7 3', symbol: { shape: 'square', hollow: false } });
    expect(styleOf(capability, 'scratch')).toEqual({ colour: 'var(--arm-3)', dash: '2 3', symbol: { shape: 'triangle', hollow: false } });
  });

  it.each(experiments)('tells the arms apart without any colour, by markers as by lines: $id', ({ arms }) => {
    const looks = arms.filter((arm) => arm.trained).map((_, index) => styleAt(index));
    expect(new Set(looks.map(marker)).size).toBe(looks.length);
    expect(new Set(looks.map((look) => look.dash)).size).toBe(looks.length);
  });

  it('has a look for every place, and for an arm that it does not know', () => {
    for (const place of [-1, 0, 40]) expect(styleAt(place).colour).toMatch(/^var\(--arm-[1-6]\)$/);
    expect(styleOf(experimentOf(undefined), '__proto__')).toEqual(styleAt(0));
  });

  it('draws in the legend what it draws in charts', () => {
    for (let place = 0; place < 16; place++) {
      const { symbol } = styleAt(place);
      const drawn: string[] = [];
      const log = (letter: string) => (x: number, y: number) => void drawn.push(`${letter}${+x.toFixed(6)} ${+y.toFixed(6)}`);
      plotSymbol(symbol).draw({ moveTo: log('M'), lineTo: log('L'), arc: () => undefined, closePath: () => void drawn.push('Z') }, 16 * Math.PI);
      if (symbol.shape !== 'circle') expect(drawn.join('')).toBe(symbolPath(symbol));
    }
  });
});

describe('the colours of arms', () => {
  const [light = '', dark = '', system = ''] = base.split(/:root/).slice(1);
  const value = (block: string, name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(block)?.[1] ?? '';
  const luminance = (hex: string): number =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
      const channel = parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16) / 255;
      return sum + weight * (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
    }, 0);
  const contrast = (a: string, b: string): number => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  it('are the same in the dark, whether the reader chose it or the system', () => {
    const colours = (block: string): string[] => [...(block.split('}')[0] ?? '').matchAll(/--[\w-]+: [^;]+;/g)].map(([declared]) => declared);
    expect(colours(dark).length).toBeGreaterThan(10);
    expect(colours(system)).toEqual(colours(dark));
  });

  it.each([['light', light], ['dark', dark], ['dark by the system', system]])('can be read as text on the cards: %s', (_, block) => {
    for (let arm = 1; arm <= 6; arm++) expect(contrast(value(block, `arm-${arm}`), value(block, 'paper-raised'))).toBeGreaterThanOrEqual(4.5);
  });
});
