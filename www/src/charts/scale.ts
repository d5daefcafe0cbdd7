/** Powers of ten in the range, no more than `most` of them; where there are fewer than two, also twice and five times. */
export function decades(low: number, high: number, most: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) {
    return [first - 1, first, last + 1]
      .flatMap((power) => [1, 2, 5].map((times) => times * 10 ** power))
      .filter((tick, index, all) => tick >= low && tick <= high && all.indexOf(tick) === index);
  }
  const stride = Math.max(1, Math.ceil((last - first + 1) / most));
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) => 10 ** (first + index * stride));
}
