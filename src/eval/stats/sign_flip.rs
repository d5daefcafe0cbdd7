//! Is one arm better than another? The paired sign-flip test.

use super::Purpose;
use crate::rng::{Rng, Stream, stream};
use rand::RngCore;
use serde::{Deserialize, Serialize};

/// Up to so many pairs, all `2^n` flips are looked at.
const EXACT_PAIRS: usize = 20;

/// Random flips beyond that.
const DRAWS: usize = 100_000;

/// What is held against "no difference".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum Alternative {
    /// The mean difference is above zero.
    Greater,
    /// The mean difference is not zero.
    TwoSided,
}

/// What [`sign_flip`] found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SignFlip {
    /// Never below `floor`, so never 0.
    pub p: f64,
    /// The least p that so many pairs can give, however large the difference: `2^-n` one-sided, `2^(1-n)` two-sided,
    /// and `1 / (1 + draws)` where flips are drawn.
    pub floor: f64,
    pub pairs: usize,
    /// All flips were looked at, not a random part of them.
    pub exact: bool,
}

/// Paired sign-flip permutation test of the mean difference, one difference per seed.
///
/// If the two arms were the same, each difference would be as likely with the other sign. p is the share of the `2^n`
/// choices of signs whose mean is at least as extreme as the one seen, ties included (Fisher 1935, "The Design of
/// Experiments", chapter III). Beyond 20 pairs 100,000 choices are drawn from `seed` and `p = (1 + count) / (1 + draws)`
/// (Phipson and Smyth 2010, "Permutation p-values should never be zero", SAGMB 9).
///
/// `None` without pairs, or if a difference, or the sum of their sizes, is not finite.
pub fn sign_flip(differences: &[f64], alternative: Alternative, seed: u64) -> Option<SignFlip> {
    let pairs = differences.len();
    let size: f64 = differences.iter().map(|difference| difference.abs()).sum();
    if pairs == 0 || !size.is_finite() {
        return None;
    }
    let side = |sum: f64| match alternative {
        Alternative::Greater => sum,
        Alternative::TwoSided => sum.abs(),
    };
    // Sums that are equal on paper differ by the rounding of their order, which is far below this.
    let seen = side(differences.iter().sum()) - 1e-12 * size;
    let extreme = |sum: &f64| side(*sum) >= seen;
    if pairs > EXACT_PAIRS {
        let mut rng = stream(seed, Stream::Statistics, Purpose::SignFlips as u64);
        let count = (0..DRAWS)
            .map(|_| flipped_sum(differences, &mut rng))
            .filter(extreme)
            .count();
        let all = (1 + DRAWS) as f64;
        return Some(SignFlip {
            p: (1 + count) as f64 / all,
            floor: 1.0 / all,
            pairs,
            exact: false,
        });
    }
    let (left, right) = differences.split_at(pairs / 2);
    let (left, right) = (signed_sums(left), signed_sums(right));
    let count = left
        .iter()
        .flat_map(|l| right.iter().map(move |r| l + r))
        .filter(extreme)
        .count();
    let one = 0.5_f64.powi(pairs as i32);
    Some(SignFlip {
        p: count as f64 * one,
        floor: match alternative {
            Alternative::Greater => one,
            Alternative::TwoSided => 2.0 * one,
        },
        pairs,
        exact: true,
    })
}

/// The sums under all choices of signs, `[2^n]`.
fn signed_sums(values: &[f64]) -> Vec<f64> {
    values.iter().fold(vec![0.0], |sums, value| {
        sums.iter().flat_map(|sum| [sum + value, sum - value]).collect()
    })
}

/// The sum under one random choice of signs.
fn flipped_sum(values: &[f64], rng: &mut Rng) -> f64 {
    let mut sum = 0.0;
    for chunk in values.chunks(64) {
        let mut signs = rng.next_u64();
        for value in chunk {
            // The lowest bit becomes the sign: no branch for the processor to guess wrong half of the time.
            sum += f64::from_bits(value.to_bits() ^ (signs << 63));
            signs >>= 1;
        }
    }
    sum
}
