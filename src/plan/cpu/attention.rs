//! Causal attention of whole sequences, as small products by head: `P = softmax(Q K^T hd^-0.5)` below the diagonal, `O = P V`.
//!
//! Queries go in blocks of a tile's rows, and a block sees only the keys up to its last query: about half of the square.

use super::matmul::{Packed, Store, TILE_ROWS, multiply, multiply_transposed, rows, rows_mut, size};
use super::simd::{Exp, F32x4};

/// Sizes of an attention over several sequences.
#[derive(Clone, Copy, Debug)]
pub struct Heads {
    pub heads: usize,
    pub head_dim: usize,
    /// Positions of a sequence, `t`.
    pub length: usize,
}

impl Heads {
    pub fn width(self) -> usize {
        self.heads * self.head_dim
    }

    /// Values of a row of `P`: `t`, rounded up to whole panels.
    pub fn padded(self) -> usize {
        self.length.next_multiple_of(8)
    }

    /// Values that `P` of one sequence takes: `[heads, t, padded]`.
    pub fn square(self) -> usize {
        self.heads * self.length * self.padded()
    }

    /// Blocks of queries: first query and end.
    fn blocks(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.length)
            .step_by(TILE_ROWS)
            .map(move |first| (first, self.length.min(first + TILE_ROWS)))
    }

    fn scale(self) -> f32 {
        (self.head_dim as f32).sqrt().recip()
    }
}

/// Right factors of one head, and the gradient of its scores.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    first: Packed,
    second: Packed,
    third: Packed,
    fourth: Packed,
    /// `dP`, then `dS`: `[t, padded]`.
    scores: Vec<f32>,
}

/// `output: [m, d]` from rotated `qkv: [m, 3d]`; leaves the probabilities in `probabilities: [sequences, heads, t, padded]`.
pub fn attend(sizes: Heads, qkv: &[f32], probabilities: &mut [f32], output: &mut [f32], scratch: &mut Scratch) {
    let Heads { head_dim, length, .. } = sizes;
    let (d, padded, scale) = (sizes.width(), sizes.padded(), sizes.scale());
    let exp = Exp::new();
    let sequences = qkv
        .chunks_exact(length * 3 * d)
        .zip(output.chunks_exact_mut(length * d));
    for ((qkv, output), probabilities) in sequences.zip(probabilities.chunks_exact_mut(sizes.square())) {
        for (head, probabilities) in probabilities.chunks_exact_mut(length * padded).enumerate() {
            let column = head * head_dim;
            let (keys, values) = (&mut scratch.first, &mut scratch.second);
            keys.pack_transposed(rows(&qkv[d + column..], 3 * d), head_dim, length);
            values.pack(rows(&qkv[2 * d + column..], 3 * d), length, head_dim);
            for (first, end) in sizes.blocks() {
                let seen = end.next_multiple_of(8);
                let count = end - first;
                let scores = &mut probabilities[first * padded..end * padded];
                let queries = rows(&qkv[first * 3 * d + column..], 3 * d);
                multiply(
                    size(count, head_dim, seen),
                    queries,
                    &*keys,
                    rows_mut(scores, padded),
                    Store::Replace,
                );
                for (query, scores) in (first..).zip(scores.chunks_exact_mut(padded)) {
                    softmax(&mut scores[..seen], query + 1, scale, &exp);
                }
                let target = rows_mut(&mut output[first * d + column..], d);
                multiply(
                    size(count, end, head_dim),
                    rows(scores, padded),
                    &*values,
                    target,
                    Store::Replace,
                );
            }
        }
    }
}

/// Softmax of `scale` times the first `visible` scores; the rest becomes 0.
fn softmax(scores: &mut [f32], visible: usize, scale: f32, exp: &Exp) {
    let whole = visible.next_multiple_of(4);
    scores[visible..whole].fill(-1e30);
    let part = scores[..whole].as_chunks_mut::<4>().0;
    let largest = part.iter().map(F32x4::load).fold(F32x4::splat(-1e30), F32x4::larger);
    let largest = F32x4::splat(largest.largest());
    let scale = F32x4::splat(scale);
    let mut sum = F32x4::zero();
    for values in part.iter_mut() {
        let power = exp.of((F32x4::load(values) - largest) * scale);
        power.store(values);
        sum = sum + power;
    }
    let share = F32x4::splat(sum.sum().recip());
    for values in part {
        (F32x4::load(values) * share).store(values);
    }
    scores[visible..].fill(0.0);
}

/// `dqkv: [m, 3d]` (with regard to the rotated values) from `doutput: [m, d]`:
///
/// `dV = P^T dO`, `dP = dO V^T`, `dS = hd^-0.5 P (dP - rowsum(P dP))`, `dQ = dS K`, `dK = dS^T Q`.
pub fn attend_backward(
    sizes: Heads,
    qkv: &[f32],
    probabilities: &[f32],
    doutput: &[f32],
    dqkv: &mut [f32],
    scratch: &mut Scratch,
) {
    let Heads { head_dim, length, .. } = sizes;
    let (d, padded) = (sizes.width(), sizes.padded());
    let Scratch {
        first: keys,
        second: values,
        third: queries,
        fourth: gradients,
        scores,
    } = scratch;
    scores.resize(length * padded, 0.0);
    let sequences = qkv
        .chunks_exact(length * 3 * d)
        .zip(dqkv.chunks_exact_mut(length * 3 * d));
    let sequences = sequences.zip(doutput.chunks_exact(length * d));
    for (((qkv, dqkv), doutput), probabilities) in sequences.zip(probabilities.chunks_exact(sizes.square())) {
        for (head, probabilities) in probabilities.chunks_exact(length * padded).enumerate() {
            let column = head * head_dim;
            queries.pack(rows(&qkv[column..], 3 * d), length, head_dim);
            keys.pack(rows(&qkv[d + column..], 3 * d), length, head_dim);
            values.pack_transposed(rows(&qkv[2 * d + column..], 3 * d), head_dim, length);
            gradients.pack(rows(&doutput[column..], d), length, head_dim);
            for (first, end) in sizes.blocks() {
                let seen = end.next_multiple_of(8);
                let scores = &mut scores[first * padded..end * padded];
                let upstream = rows(&doutput[first * d + column..], d);
                multiply(
                    size(end - first, head_dim, seen),
                    upstream,
                    &*values,
                    rows_mut(scores, padded),
                    Store::Replace,
                );
                let block = probabilities[first * padded..end * padded].chunks_exact(padded);
                for (scores, probabilities) in scores.chunks_exact_mut(padded).zip(block) {
                    softmax_backward(&mut scores[..seen], &probabilities[..seen], sizes.scale());
                }
                let target = rows_mut(&mut dqkv[first * 3 * d + column..], 3 * d);
                multiply(
                    size(end - first, end, head_dim),
                    rows(scores, padded),
                    &*keys,
                    target,
                    Store::Replace,
                );
            }
            // Keys and values: a block of keys is seen by the queries from its first on.
            for (first, end) in sizes.blocks() {
                let shape = size(end - first, length - first, head_dim);
                let (from_scores, from_values) = (
                    &scores[first * padded + first..],
                    &probabilities[first * padded + first..],
                );
                let target = rows_mut(&mut dqkv[first * 3 * d + d + column..], 3 * d);
                multiply_transposed(
                    shape,
                    rows(from_scores, padded),
                    queries.after_row(first),
                    target,
                    Store::Replace,
                );
                let target = rows_mut(&mut dqkv[first * 3 * d + 2 * d + column..], 3 * d);
                multiply_transposed(
                    shape,
                    rows(from_values, padded),
                    gradients.after_row(first),
                    target,
                    Store::Replace,
                );
            }
        }
    }
}

/// `dS = scale P (dP - sum(P dP))` in place of `dP`.
fn softmax_backward(scores: &mut [f32], probabilities: &[f32], scale: f32) {
    let (scores, probabilities) = (scores.as_chunks_mut::<4>().0, probabilities.as_chunks::<4>().0);
    let mut sum = F32x4::zero();
    for (score, probability) in scores.iter().zip(probabilities) {
        sum = F32x4::load(score).multiply_add(F32x4::load(probability), sum);
    }
    let (sum, scale) = (F32x4::splat(sum.sum()), F32x4::splat(scale));
    for (score, probability) in scores.iter_mut().zip(probabilities) {
        ((F32x4::load(score) - sum) * F32x4::load(probability) * scale).store(score);
    }
}
