/** Attention maps of one model: `[layers, heads, t, t]` flattened, rows look at columns. */
export interface Attention {
  layers: number;
  heads: number;
  attention: number[];
}

/** One head's `[t, t]`. */
export function mapOf(model: Attention, layer: number, head: number, t: number): number[] {
  const start = (layer * model.heads + head) * t * t;
  return model.attention.slice(start, start + t * t);
}

/** How many shades a small map has. */
export const SHADES = 8;

/**
 * One outline per shade, palest first: the cells of a map whose share falls into it, one unit a side. Eight paths are drawn where
 * hundreds of squares would be. The palest (under 1/16) is left out: it is the paper.
 */
export function shades(map: number[], t: number): string[] {
  const paths = Array.from({ length: SHADES }, () => '');
  map.forEach((share, index) => {
    const shade = Math.min(SHADES, Math.round(share * SHADES));
    if (shade > 0) paths[shade - 1] += `M${index % t} ${Math.floor(index / t)}h1v1h-1z`;
  });
  return paths;
}

/** The words that one looks at most, most first. */
export function looksAt(map: number[], t: number, row: number, most: number): { column: number; share: number }[] {
  return map
    .slice(row * t, row * t + row + 1)
    .map((share, column) => ({ column, share }))
    .sort((a, b) => b.share - a.share)
    .slice(0, most);
}
