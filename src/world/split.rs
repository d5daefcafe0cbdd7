//! Which split a question belongs to, decided by a hash of its canonical key.
//!
//! The key is what makes two prompts *the same question*: the unordered operands of a sum, the sorted letters of a sort.
//! A hash, and not a shuffled list, so that a question keeps its split when other questions are added.

use super::words::PREFIXES;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A part of the questions. No question is in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// May be asked, and learnt from.
    Train,
    /// For choosing settings.
    Validation,
    /// Touched once.
    Test,
    /// Questions of a kind that no one is trained on: longer ones, unheard names.
    OutOfDistribution,
}

impl Split {
    pub const ALL: [Split; 4] = [Split::Train, Split::Validation, Split::Test, Split::OutOfDistribution];
}

const TEST_PERCENT: u64 = 20;
const VALIDATION_PERCENT: u64 = 10;

/// The split of a question of a rule task: 70 % train, 10 % validation, 20 % test.
pub(super) fn of_key(key: &str) -> Split {
    match hash(key) % 100 {
        bucket if bucket < TEST_PERCENT => Split::Test,
        bucket if bucket < TEST_PERCENT + VALIDATION_PERCENT => Split::Validation,
        _ => Split::Train,
    }
}

/// The split of one wording of a question that everyone has to be told (a fact, a story's animal, a blend).
///
/// Of the five prefixes exactly one is test, another validation, and three train, so that every one can be learnt.
pub(super) fn of_wording(key: &str, prefix: usize) -> Split {
    let count = PREFIXES.len() as u64;
    let hash = hash(key);
    let test = hash % count;
    let validation = (test + 1 + (hash / count) % (count - 1)) % count;
    match prefix as u64 {
        prefix if prefix == test => Split::Test,
        prefix if prefix == validation => Split::Validation,
        _ => Split::Train,
    }
}

/// The prefixes, as indices into [`PREFIXES`], with which `key` is asked in `split`. Empty for the out-of-distribution split.
pub(super) fn wordings(key: &str, split: Split) -> Vec<usize> {
    (0..PREFIXES.len())
        .filter(|prefix| of_wording(key, *prefix) == split)
        .collect()
}

/// Goes into every hash. Models are trained on what it leaves in train: with another salt, their test sets leak.
const SALT: &[u8] = b"stillroom split 1\0";

fn hash(key: &str) -> u64 {
    let digest = Sha256::new().chain_update(SALT).chain_update(key).finalize();
    u64::from_le_bytes(std::array::from_fn(|byte| digest[byte]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_as_promised() {
        let splits: Vec<_> = (0..20_000).map(|i| of_key(&format!("key {i}"))).collect();
        let share = |split| splits.iter().filter(|s| **s == split).count() as f64 / 20_000.0;
        assert!((share(Split::Test) - 0.2).abs() < 0.01);
        assert!((share(Split::Validation) - 0.1).abs() < 0.01);
        assert_eq!(share(Split::OutOfDistribution), 0.0);
    }

    #[test]
    fn every_wording_has_one_split() {
        for i in 0..1_000 {
            let key = format!("key {i}");
            let counts = Split::ALL.map(|split| wordings(&key, split).len());
            assert_eq!(counts, [3, 1, 1, 0]);
        }
    }

    #[test]
    fn splits_never_change() {
        assert_eq!(hash("add 3 4"), GOLDEN);
    }

    const GOLDEN: u64 = 1_279_979_127_437_056_409;
}
