//! E3b of science.md: the teacher's hidden size, read from its logits.
//!
//! The logits of a model with hidden size `d` are `U h` with `h` in `R^d`, so however many are collected, they span `d`
//! dimensions: the singular values of the collection fall off a cliff after the `d`-th (Carlini et al. 2024, arXiv 2403.06634;
//! Finlayson et al. 2024, arXiv 2403.09539).

use crate::protocol::Spectrum;
use crate::rng::{Stream, below, stream};
use crate::tokenizer::BOS;
use nalgebra::DMatrix;
use rand::Rng as _;

/// What an API may do to its numbers before it shows them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Defence {
    pub id: &'static str,
    pub label: &'static str,
    change: Change,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Nothing,
    /// Log-probabilities in place of logits.
    LogProbabilities,
    /// So many decimals are left.
    Rounded(i32),
    /// Normal noise of that standard deviation.
    Noise(f64),
    /// Only the `k` largest are shown.
    TopK(usize),
}

const fn defence(id: &'static str, label: &'static str, change: Change) -> Defence {
    Defence { id, label, change }
}

/// From none to the strongest of each kind.
pub const DEFENCES: [Defence; 9] = [
    defence("full", "every logit", Change::Nothing),
    defence("logprobs", "log-probabilities", Change::LogProbabilities),
    defence("round2", "two decimals", Change::Rounded(2)),
    defence("round1", "one decimal", Change::Rounded(1)),
    defence("round0", "whole numbers", Change::Rounded(0)),
    defence("noise3", "noise of 0.001", Change::Noise(1e-3)),
    defence("noise1", "noise of 0.1", Change::Noise(1e-1)),
    defence("noise0", "noise of 1", Change::Noise(1.0)),
    defence("top20", "the 20 largest only", Change::TopK(20)),
];

/// Tokens of a random prefix, its start included.
pub const PREFIX: usize = 6;
/// Prefixes beyond the hidden size that are asked for.
const SPARE: usize = 64;

/// Random prefixes, `[d + 64, PREFIX]` tokens flattened: they need not mean anything.
pub fn prompts_for(hidden_size: usize, vocab: usize) -> Vec<u32> {
    let mut rng = stream(0, Stream::Queries, 1 << 40);
    // The first four ids are the tokenizer's own.
    let mut word = || 4 + below(&mut rng, vocab - 4) as u32;
    (0..hidden_size + SPARE)
        .flat_map(|_| {
            let mut prefix = [BOS; PREFIX];
            prefix[1..].fill_with(&mut word);
            prefix
        })
        .collect()
}

/// Singular values of `logits: [n, vocab]` after a defence, and where their cliff is.
pub fn spectrum(logits: &[f32], vocab: usize, defence: Defence, truth: usize) -> Spectrum {
    let mut rng = stream(0, Stream::Statistics, 1 << 40);
    let rows: Vec<f64> = logits
        .chunks_exact(vocab)
        .flat_map(|row| changed(row, defence.change, &mut rng))
        .collect();
    let count = rows.len() / vocab;
    let singular = DMatrix::from_row_slice(count, vocab, &rows).singular_values();
    let mut values: Vec<f64> = singular.iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let largest = values.first().copied().filter(|value| *value > 0.0).unwrap_or(1.0);
    let values: Vec<f64> = values.into_iter().map(|value| value / largest).collect();
    let (found, drop) = cliff(&values);
    Spectrum {
        defence: defence.id.to_owned(),
        label: defence.label.to_owned(),
        values,
        found: found as u32,
        drop,
        truth: truth as u32,
    }
}

/// After how many values the largest relative drop comes, and how large it is.
fn cliff(values: &[f64]) -> (usize, f64) {
    // What is smaller than this is zero in the double precision of the decomposition.
    const ZERO: f64 = 1e-13;
    let drops = values.windows(2).map(|pair| pair[0].max(ZERO) / pair[1].max(ZERO));
    drops
        .enumerate()
        .map(|(index, drop)| (index + 1, drop))
        .fold((0, 1.0), |best, next| if next.1 > best.1 { next } else { best })
}

fn changed(row: &[f32], change: Change, rng: &mut crate::rng::Rng) -> Vec<f64> {
    let mut row: Vec<f64> = row.iter().map(|&logit| f64::from(logit)).collect();
    match change {
        Change::Nothing => {}
        Change::LogProbabilities => {
            // Each row loses a number of its own, which is taken out again: what is left spans one dimension less at most.
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = max + row.iter().map(|logit| (logit - max).exp()).sum::<f64>().ln();
            row.iter_mut().for_each(|logit| *logit -= log_sum);
            let centre = mean - log_sum;
            row.iter_mut().for_each(|log| *log -= centre);
        }
        Change::Rounded(decimals) => {
            let scale = 10_f64.powi(decimals);
            row.iter_mut()
                .for_each(|logit| *logit = (*logit * scale).round() / scale);
        }
        Change::Noise(deviation) => row.iter_mut().for_each(|logit| {
            let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
            *logit += deviation * radius * (std::f64::consts::TAU * rng.random::<f64>()).cos();
        }),
        Change::TopK(k) => {
            let mut order: Vec<usize> = (0..row.len()).collect();
            order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
            // What is hidden is put at the smallest shown.
            let least = order.get(k.saturating_sub(1)).map_or(0.0, |&index| row[index]);
            row.iter_mut().for_each(|logit| *logit = logit.max(least));
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logits `U h` of random numbers, in the precision that a model computes in.
    fn logits(hidden: usize, vocab: usize) -> Vec<f32> {
        let mut rng = stream(1, Stream::Weights, 9);
        let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| rng.random::<f64>() - 0.5).collect() };
        let count = hidden + SPARE;
        let product = DMatrix::from_vec(vocab, hidden, draw(vocab * hidden))
            * DMatrix::from_vec(hidden, count, draw(hidden * count));
        product.iter().map(|&value| value as f32).collect()
    }

    #[test]
    fn a_hidden_size_is_read_from_full_logits_and_not_from_noise() {
        for hidden in [8, 24] {
            let logits = logits(hidden, 96);
            let found = |id: &str| {
                let defence = DEFENCES.into_iter().find(|defence| defence.id == id).unwrap();
                spectrum(&logits, 96, defence, hidden)
            };
            let full = found("full");
            assert_eq!((full.found, full.values.len()), (hidden as u32, hidden + SPARE));
            assert!(full.drop > 1e3 && full.values.is_sorted_by(|a, b| a >= b));
            // Without its mean a row may lose one dimension.
            assert!([hidden as u32, hidden as u32 - 1].contains(&found("logprobs").found));
            assert!(found("noise3").drop < full.drop / 10.0);
            assert!(found("noise0").drop < 3.0);
        }
    }

    #[test]
    fn prefixes_are_words_after_a_start() {
        let prompts = prompts_for(8, 20);
        assert_eq!(prompts.len(), (8 + SPARE) * PREFIX);
        for prefix in prompts.chunks(PREFIX) {
            assert_eq!(prefix[0], BOS);
            assert!(prefix[1..].iter().all(|word| (4..20).contains(word)));
        }
    }
}
