// Charts as SVG texts: lines over two axes, and horizontal bars. Colours follow the reader's light or dark theme.

const WIDTH = 720;
const STYLE = `<style>
svg { font: 12px system-ui, sans-serif; --ink: #1f2430; --faint: #d5d8de; --paper: #ffffff; --c0: #0b62c4; --c1: #b4530a; --c2: #1a7f4b; --c3: #7a3fb0; --c4: #a3123f; --c5: #5a6270; }
@media (prefers-color-scheme: dark) { svg { --ink: #e4e7ec; --faint: #3a404b; --paper: #14171c; --c0: #6cb2ff; --c1: #ffab5e; --c2: #6fd39c; --c3: #c59bf2; --c4: #ff8aa8; --c5: #a9b1bd; } }
text { fill: var(--ink); }
.title { font-weight: 600; font-size: 14px; }
.paper { fill: var(--paper); }
.grid { stroke: var(--faint); }
.line { fill: none; stroke-width: 2; }
.spread { stroke: var(--ink); stroke-width: 1.5; }
${[0, 1, 2, 3, 4, 5].map((i) => `.s${i} { stroke: var(--c${i}); } .f${i} { fill: var(--c${i}); }`).join('\n')}
</style>`;
const COLOURS = 6;

export const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
const at = (value) => +value.toFixed(1);

/** A number short enough for an axis. */
export function short(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  for (const [unit, sign] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) if (size >= unit) return `${+(value / unit).toPrecision(3)}${sign}`;
  return `${+value.toPrecision(3)}`;
}

/** About five ticks at 1, 2 or 5 times a power of ten; on a logarithmic axis at powers of ten, or at 1, 2 and 5 where those are few. */
export function ticks(low, high, log) {
  if (log) {
    const powers = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) powers.push(10 ** power);
    const within = (list) => list.filter((value) => value >= low * 0.999 && value <= high * 1.001);
    const coarse = within(powers);
    const fine = coarse.length >= 3 ? coarse : within(powers.flatMap((power) => [power, 2 * power, 5 * power]));
    if (fine.length >= 2) return fine;
  }
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(+(i * step).toPrecision(12));
  return found;
}

function frame({ title, description, height }, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">${escaped(title)}</title>
<desc id="d">${escaped(description)}</desc>
${STYLE}
<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>
<text class="title" x="16" y="24">${escaped(title)}</text>
${content}
</svg>
`;
}

/**
 * Lines with dots. `x`, `y`: `{label, log?, zero?}`, `zero` to begin the axis at 0; `x.values` puts the ticks there.
 * `series`: `[{name, points: [[x, y, low?, high?]]}]`, a spread drawn from low to high.
 */
export function lineChart({ title, x, y, series }) {
  const height = 340;
  const box = { left: 72, right: WIDTH - 24, top: 64, bottom: height - 52 };
  const points = series.flatMap((one) => one.points);
  const range = (values, axis) => {
    let [low, high] = [Math.min(...values), Math.max(...values)];
    if (axis.zero) low = Math.min(0, low);
    if (low === high) [low, high] = axis.log ? [low / 2, high * 2] : [low - 1, high + 1];
    return [low, high];
  };
  const scale = (axis, [low, high], from, to) => {
    const of = axis.log ? Math.log : Number;
    return (value) => from + ((of(value) - of(low)) / (of(high) - of(low))) * (to - from);
  };
  const xRange = range(points.map((point) => point[0]), x);
  const yRange = range(points.flatMap((point) => point.slice(1).filter(Number.isFinite)), y);
  const px = scale(x, xRange, box.left, box.right);
  const py = scale(y, yRange, box.bottom, box.top);
  const parts = [];
  for (const value of ticks(...yRange, y.log)) {
    parts.push(`<line class="grid" x1="${box.left}" x2="${box.right}" y1="${at(py(value))}" y2="${at(py(value))}"/>`);
    parts.push(`<text x="${box.left - 8}" y="${at(py(value) + 4)}" text-anchor="end">${short(value)}</text>`);
  }
  for (const value of x.values ?? ticks(...xRange, x.log)) parts.push(`<text x="${at(px(value))}" y="${box.bottom + 18}" text-anchor="middle">${short(value)}</text>`);
  parts.push(`<text x="${(box.left + box.right) / 2}" y="${height - 14}" text-anchor="middle">${escaped(x.label)}</text>`);
  parts.push(`<text x="${box.left}" y="46">${escaped(y.label)}</text>`);
  let legend = box.right;
  series.forEach((one, i) => {
    const colour = i % COLOURS;
    parts.push(`<polyline class="line s${colour}" points="${one.points.map(([a, b]) => `${at(px(a))},${at(py(b))}`).join(' ')}"/>`);
    for (const [a, b, low, high] of one.points.length > 60 ? [] : one.points) {
      if (Number.isFinite(low) && Number.isFinite(high)) parts.push(`<line class="spread" x1="${at(px(a))}" x2="${at(px(a))}" y1="${at(py(low))}" y2="${at(py(high))}"/>`);
      parts.push(`<circle class="f${colour}" cx="${at(px(a))}" cy="${at(py(b))}" r="3.5"><title>${escaped(`${one.name}, ${x.label} ${short(a)}: ${short(b)}`)}</title></circle>`);
    }
  });
  [...series.entries()].reverse().forEach(([i, { name }]) => {
    legend -= 7 * name.length;
    parts.push(`<text x="${legend}" y="46">${escaped(name)}</text><rect class="f${i % COLOURS}" x="${legend - 16}" y="37" width="10" height="10" rx="2"/>`);
    legend -= 32;
  });
  const description = series.map((one) => `${one.name}: from ${short(one.points[0][1])} at ${x.label} ${short(one.points[0][0])} to ${short(one.points.at(-1)[1])} at ${short(one.points.at(-1)[0])}`).join('; ');
  return frame({ title, height, description }, parts.join('\n'));
}

/** Bars with their numbers. `rows`: `[{label, value, low?, high?, colour?, text?}]`; `log` for values far apart. */
export function barChart({ title, unit, rows, log = false }) {
  const [top, line, left, right] = [48, 26, 220, WIDTH - 110];
  const height = top + rows.length * line + 36;
  const values = rows.flatMap(({ value, low, high }) => [value, low, high].filter(Number.isFinite));
  const most = Math.max(...values);
  // A logarithmic bar begins at the power of ten below the least.
  const least = log ? 10 ** Math.floor(Math.log10(Math.min(...values)) - 1e-9) : 0;
  const of = log ? Math.log : Number;
  const px = (value) => left + ((of(value) - of(least)) / (of(most) - of(least) || 1)) * (right - left);
  const bottom = top + rows.length * line;
  const parts = ticks(least, most, log).flatMap((value) => [
    `<line class="grid" x1="${at(px(value))}" x2="${at(px(value))}" y1="${top - 6}" y2="${bottom}"/>`,
    `<text x="${at(px(value))}" y="${bottom + 16}" text-anchor="middle">${short(value)}</text>`,
  ]);
  rows.forEach(({ label, value, low, high, colour = 0, text = short(value) }, i) => {
    const y = top + i * line;
    parts.push(`<text x="${left - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`);
    parts.push(`<rect class="f${colour % COLOURS}" x="${left}" y="${y + 3}" width="${at(Math.max(px(value) - left, 1))}" height="${line - 9}" rx="2"/>`);
    if (Number.isFinite(low) && Number.isFinite(high)) parts.push(`<line class="spread" x1="${at(px(low))}" x2="${at(px(high))}" y1="${y + 11.5}" y2="${y + 11.5}"/>`);
    parts.push(`<text x="${at(px(Math.max(value, high ?? value)) + 6)}" y="${y + 15}">${escaped(text)}</text>`);
  });
  parts.push(`<text x="${right}" y="${bottom + 31}" text-anchor="end">${escaped(`${unit}${log ? ', logarithmic' : ''}`)}</text>`);
  const description = rows.map(({ label, value, text }) => `${label}: ${text ?? short(value)}`).join('; ');
  return frame({ title, height, description }, parts.join('\n'));
}
