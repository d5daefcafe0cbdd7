/** Room for one line of text, px. */
export const LINE_HEIGHT = 13;

/**
 * Where texts go that would like to be at these heights (px from the top, of `room`): none above another, none moved farther than it
 * must be. In the order given. Each takes `size` px.
 */
export function movedApart(wanted: number[], room: number, size = LINE_HEIGHT): number[] {
  const order = wanted.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at);
  let least = -Infinity;
  for (const one of order) {
    one.at = Math.max(one.at, least);
    least = one.at + size;
  }
  let most = room;
  for (const one of [...order].reverse()) {
    one.at = Math.min(one.at, most);
    most = one.at - size;
  }
  const placed: number[] = [];
  for (const { at, index } of order) placed[index] = at;
  return placed;
}
