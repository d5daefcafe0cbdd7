//! Decoding with a key-value cache.

use super::{Failure, Models};
use crate::rng::Rng;
use crate::tokenizer::EOS;
use rand::Rng as _;

/// How the next token is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decoding {
    /// The most likely token.
    Greedy,
    /// Drawn from `softmax(logits / temperature)`; the temperature is positive.
    Sample { temperature: f64 },
    /// The most likely token, but the first is any other than this.
    GreedyAvoiding { first: u32 },
}

/// What one sequence said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Generated {
    /// Without the end token.
    pub tokens: Vec<u32>,
    /// Probability that the model gave each chosen token (at temperature 1), the end token's too if it was chosen.
    pub confidence: Vec<f64>,
    /// The logits each token was chosen from, `[v]` each, when asked for.
    pub logits: Vec<Vec<f32>>,
}

/// Continues prompts of one length by at most `max_tokens` tokens each.
///
/// `prompts: [p, b]` sequences of `length` tokens, flattened. Returns `p * b` answers in that order. A sequence that has
/// ended is fed its end token until all have.
///
/// # Errors
///
/// When the device fails while logits are read.
pub async fn generate(
    models: &Models,
    prompts: &[u32],
    length: usize,
    max_tokens: usize,
    decoding: Decoding,
    keep_logits: bool,
    rng: &mut Rng,
) -> Result<Vec<Generated>, Failure> {
    let v = models.config().vocab_size;
    let sequences = prompts.len() / length;
    let mut answers = vec![Generated::default(); sequences];
    let mut ended = vec![false; sequences];
    let mut decoder = models.decoder(sequences / models.population(), length + max_tokens);
    let mut logits = decoder.next(prompts, length).await?;
    for round in 0..max_tokens {
        let mut next = vec![EOS; sequences];
        for (i, row) in logits.chunks_exact(v).enumerate() {
            if ended[i] {
                continue;
            }
            let token = choose(row, decoding, round, rng);
            answers[i].confidence.push(probability(row, token));
            if keep_logits {
                answers[i].logits.push(row.to_vec());
            }
            next[i] = token as u32;
            ended[i] = next[i] == EOS;
            if !ended[i] {
                answers[i].tokens.push(next[i]);
            }
        }
        if ended.iter().all(|&ended| ended) || round + 1 == max_tokens {
            break;
        }
        logits = decoder.next(&next, 1).await?;
    }
    Ok(answers)
}

fn choose(logits: &[f32], decoding: Decoding, round: usize, rng: &mut Rng) -> usize {
    match decoding {
        Decoding::GreedyAvoiding { first } if round == 0 => {
            let mut others = logits.to_vec();
            others[first as usize] = f32::NEG_INFINITY;
            argmax(&others)
        }
        Decoding::Greedy | Decoding::GreedyAvoiding { .. } => argmax(logits),
        Decoding::Sample { temperature } => {
            let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max) as f64;
            let weight = |&logit: &f32| ((logit as f64 - max) / temperature).exp();
            let mut left = rng.random::<f64>() * logits.iter().map(weight).sum::<f64>();
            for (token, logit) in logits.iter().enumerate() {
                left -= weight(logit);
                if left < 0.0 {
                    return token;
                }
            }
            argmax(logits)
        }
    }
}

/// The first of the largest values; 0 if all are NaN.
pub(crate) fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, &value) in values.iter().enumerate() {
        if value > values[best] || values[best].is_nan() && !value.is_nan() {
            best = i;
        }
    }
    best
}

fn probability(logits: &[f32], token: usize) -> f64 {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max) as f64;
    let sum: f64 = logits.iter().map(|&logit| (logit as f64 - max).exp()).sum();
    (logits[token] as f64 - max).exp() / sum
}
