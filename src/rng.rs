//! Seeded, independent streams of randomness.
//!
//! Every use of chance in the crate names its stream, so that drawing one more number in one place (a longer evaluation,
//! say) never changes what another place draws (the data). ChaCha8 gives the same numbers on every platform, also in wasm.

use rand::{Rng as _, SeedableRng};
use sha2::{Digest, Sha256};

/// The one generator of the crate: small, fast and the same on every platform.
pub type Rng = rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// The tables of the world (facts, story grammar). Index: which table.
    World,
    /// Training prompts and program-made answers.
    Data,
    /// Initial weights.
    Weights,
    /// Which prompts a student asks the teacher.
    Queries,
    /// Prompts of validation and test sets.
    Evaluation,
    /// Tokens drawn from a model.
    Sampling,
    /// Resampling in statistics (sign flips, bootstrap).
    Statistics,
}

impl Stream {
    /// The name goes into the seed, so that reordering the enum changes nothing.
    fn name(self) -> &'static str {
        match self {
            Stream::World => "world",
            Stream::Data => "data",
            Stream::Weights => "weights",
            Stream::Queries => "queries",
            Stream::Evaluation => "evaluation",
            Stream::Sampling => "sampling",
            Stream::Statistics => "statistics",
        }
    }
}

/// The generator of `(seed, stream, index)`: equal arguments give equal numbers, different ones independent numbers.
///
/// `index` tells apart several users of one stream, e.g. the members of a population.
pub fn stream(seed: u64, stream: Stream, index: u64) -> Rng {
    let mut hash = Sha256::new();
    hash.update(b"stillroom rng 1\0");
    hash.update(seed.to_le_bytes());
    hash.update(index.to_le_bytes());
    hash.update(stream.name());
    Rng::from_seed(hash.finalize().into())
}

/// A uniform number in `0..n`. Drawn as `u32`, because drawing `usize` may differ between 32 and 64 bits.
///
/// # Panics
/// If `n` is zero or does not fit in 32 bits.
pub fn below(rng: &mut Rng, n: usize) -> usize {
    let n = u32::try_from(n).expect("more than 2^32 choices");
    rng.random_range(0..n) as usize
}

/// A uniform choice.
///
/// # Panics
/// If `items` is empty.
pub fn choose<'a, T>(rng: &mut Rng, items: &'a [T]) -> &'a T {
    &items[below(rng, items.len())]
}

/// Shuffles in place, every order equally likely (Fisher-Yates).
pub fn shuffle<T>(rng: &mut Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(rng, last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;
    use std::collections::HashSet;

    const ALL: [Stream; 7] = [
        Stream::World,
        Stream::Data,
        Stream::Weights,
        Stream::Queries,
        Stream::Evaluation,
        Stream::Sampling,
        Stream::Statistics,
    ];

    #[test]
    fn every_seed_stream_and_index_has_its_own_numbers() {
        let mut seen = HashSet::new();
        for seed in 0..5 {
            for kind in ALL {
                for index in 0..5 {
                    assert!(seen.insert(stream(seed, kind, index).next_u64()));
                    let first = stream(seed, kind, index).next_u64();
                    assert_eq!(first, stream(seed, kind, index).next_u64());
                }
            }
        }
    }

    #[test]
    fn the_numbers_never_change() {
        let first = ALL.map(|kind| stream(1, kind, 0).next_u64());
        assert_eq!(first, GOLDEN_FIRST);
        let mut rng = stream(1, Stream::Data, 0);
        assert_eq!([0; 8].map(|_: usize| below(&mut rng, 100)), GOLDEN_BELOW);
    }

    #[rustfmt::skip]
    const GOLDEN_FIRST: [u64; 7] = [
        14404535462209327691, 1780813070510751609, 3404615937717174793, 17584785582578286783, 11700570698717268981,
        4095127732898533035, 5310808129865084445,
    ];
    const GOLDEN_BELOW: [usize; 8] = [43, 9, 72, 15, 93, 34, 72, 17];

    #[test]
    fn shuffle_reaches_every_order() {
        let mut rng = stream(2, Stream::Data, 0);
        let mut seen = HashSet::new();
        for _ in 0..200 {
            let mut items = [0, 1, 2];
            shuffle(&mut rng, &mut items);
            seen.insert(items);
        }
        assert_eq!(seen.len(), 6);
    }
}
