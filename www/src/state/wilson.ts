/** The 97.5th percentile of the standard normal distribution: two-sided 95 %. */
const Z = 1.959963984540054;

/** The 95 % interval of a share that came out of so many questions (Wilson 1927). It speaks of one trained model, not of the method. */
export function wilson(share: number, questions: number): [number, number] {
  const spread = Z * Z;
  const centre = share + spread / (2 * questions);
  const half = Z * Math.sqrt((share * (1 - share)) / questions + spread / (4 * questions * questions));
  const scale = 1 + spread / questions;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}
