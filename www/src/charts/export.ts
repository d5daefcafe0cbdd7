import { symbolPaint, symbolPath } from './palette';
import type { Figure } from './figures/figure';

const NS = 'http://www.w3.org/2000/svg';
const GAP = 24;
const FONT = 'Georgia, "Times New Roman", serif';
const SANS = 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif';
/** What a saved chart must carry itself: it leaves the page's style sheet behind. */
const CARRIED = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-size',
  'font-weight',
  'font-style',
  'text-anchor',
  'paint-order',
];

/** The panels of a figure as they are on screen, with title, legend and origin, as one stand-alone SVG. */
export function standalone(figure: Figure, panels: SVGSVGElement[], origin: string): SVGSVGElement {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || '#000';
  const inner = panels.map((panel) => ({ panel, width: Number(panel.getAttribute('width')), height: Number(panel.getAttribute('height')) }));
  const columns = inner.length > 2 ? 2 : Math.max(1, inner.length);
  const cell = { width: Math.max(0, ...inner.map((one) => one.width)), height: Math.max(0, ...inner.map((one) => one.height)) + (inner.length > 1 ? 24 : 0) };
  const width = Math.max(480, columns * cell.width + (columns + 1) * GAP);
  const lines = wrap(figure.title, Math.floor((width - 2 * GAP) / 10));
  const foot = wrap(origin, Math.floor((width - 2 * GAP) / 5.6));
  const legend = flow(figure.legend.map((entry) => 48 + 7 * entry.label.length), width - 2 * GAP);
  const head = 24 + 26 * lines.length + 14 + 20 * ((legend.at(-1)?.row ?? -1) + 1);
  const height = head + Math.ceil(inner.length / columns) * (cell.height + GAP / 2) + 16 + 14 * foot.length;

  const svg = element('svg', { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': SANS, 'font-size': 12 });
  svg.append(element('rect', { width, height, fill: colour('--paper-raised') }));
  lines.forEach((line, index) =>
    svg.append(element('text', { x: GAP, y: 38 + 26 * index, 'font-family': FONT, 'font-size': 20, fill: colour('--ink') }, line)),
  );
  figure.legend.forEach(({ label, style, run }, index) => {
    const at = legend[index] ?? { x: 0, row: 0 };
    const x = GAP + at.x;
    const y = 24 + 26 * lines.length + 20 * at.row + 12;
    const real = (paint: string): string => colour(paint.slice(4, -1));
    const { fill, stroke, strokeWidth } = symbolPaint(style);
    const line = { x1: x, x2: x + 26, y1: y, y2: y, stroke: real(style.colour), 'stroke-width': run ? 1 : 2, 'stroke-dasharray': style.dash };
    svg.append(
      element('line', line),
      run
        ? element('text', { x: x + 10, y: y - 3, 'font-size': 10, fill: colour('--ink') }, String(run))
        : element('path', { d: symbolPath(style.symbol), transform: `translate(${x + 13} ${y})`, fill: real(fill), stroke: real(stroke), 'stroke-width': strokeWidth }),
      element('text', { x: x + 33, y: y + 4, fill: colour('--ink') }, label),
    );
  });
  inner.forEach(({ panel }, index) => {
    const left = GAP + (index % columns) * (cell.width + GAP);
    const top = head + Math.floor(index / columns) * (cell.height + GAP / 2);
    const name = figure.panels[index]?.label;
    if (name) svg.append(element('text', { x: left, y: top + 12, 'font-weight': 600, fill: colour('--ink') }, name));
    const copy = carry(panel);
    copy.setAttribute('x', String(left));
    copy.setAttribute('y', String(top + (inner.length > 1 ? 20 : 0)));
    svg.append(copy);
  });
  foot.forEach((line, index) =>
    svg.append(element('text', { x: GAP, y: height - 12 - 14 * (foot.length - 1 - index), 'font-size': 10.5, fill: colour('--ink-soft') }, line)),
  );
  return svg;
}

export function svgText(svg: SVGSVGElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
}

/** The same as a picture, at twice the size for sharp print. */
export async function png(svg: SVGSVGElement): Promise<Blob> {
  const scale = 2;
  const url = URL.createObjectURL(new Blob([svgText(svg)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Number(svg.getAttribute('width')) * scale;
    canvas.height = Number(svg.getAttribute('height')) * scale;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

function carry(panel: SVGSVGElement): SVGSVGElement {
  const copy = panel.cloneNode(true) as SVGSVGElement;
  const from = panel.querySelectorAll<SVGElement>('*');
  copy.querySelectorAll<SVGElement>('*').forEach((to, index) => {
    const original = from[index];
    if (!original) return;
    const computed = getComputedStyle(original);
    for (const name of CARRIED) to.setAttribute(name, computed.getPropertyValue(name));
    to.removeAttribute('style');
    to.removeAttribute('class');
  });
  copy.removeAttribute('class');
  // Names at the ends of lines may stand a little over the edge.
  copy.setAttribute('overflow', 'visible');
  return copy;
}

function element<K extends keyof SVGElementTagNameMap>(name: K, attributes: Record<string, string | number>, text?: string): SVGElementTagNameMap[K] {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) if (key !== 'xmlns') made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Places of things of these widths, one after the other, in as many rows as they need. */
function flow(widths: number[], most: number): { x: number; row: number }[] {
  let [x, row] = [0, 0];
  return widths.map((width) => {
    if (x > 0 && x + width > most) [x, row] = [0, row + 1];
    const place = { x, row };
    x += width;
    return place;
  });
}

function wrap(text: string, most: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] ?? '';
    if (line && line.length + word.length + 1 > most) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}
