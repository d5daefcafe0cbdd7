//! Continuing many sequences at once, with a key-value cache and without.

use super::numbers::Prng;
use super::size::Size;
use super::training::teacher_weights;
use super::work::forward_flops;
use crate::engine::{Decoder, Engine, Failure, Models, argmax};
use crate::protocol::BenchmarkWork;

/// Sequences that grow together.
const SEQUENCES: usize = 64;
/// Tokens of a prompt.
const PROMPT: usize = 4;
/// Tokens by which each is continued.
const TOKENS: usize = 32;

/// The size's teacher, asked greedily.
pub(super) struct Generation {
    models: Models,
    cached: bool,
    prng: Prng,
}

impl Generation {
    pub async fn new(mut size: Size, cached: bool, seed: u32, engine: &Engine) -> Result<Self, Failure> {
        let longest = &mut size.teacher.max_position_embeddings;
        *longest = PROMPT + TOKENS;
        Ok(Self {
            models: Models::new(&size.teacher, &teacher_weights(&size), engine).await?,
            cached,
            prng: Prng(seed),
        })
    }

    /// All sequences from their prompts to their ends. Returns the mean id of the tokens that were chosen: the same with a
    /// cache and without.
    pub async fn step(&mut self) -> Result<f64, Failure> {
        let v = self.models.config().vocab_size;
        let prompts: Vec<u32> = (0..SEQUENCES * PROMPT).map(|_| self.prng.token(v)).collect();
        let mut sequences: Vec<Vec<u32>> = prompts.chunks_exact(PROMPT).map(<[u32]>::to_vec).collect();
        let mut decoder = self.cached.then(|| self.models.decoder(SEQUENCES, PROMPT + TOKENS));
        for _ in 0..TOKENS {
            let logits = match &mut decoder {
                Some(decoder) => next(decoder, &sequences).await?,
                None => {
                    let length = sequences[0].len();
                    let last: Vec<u32> = (1..=SEQUENCES).map(|i| (i * length - 1) as u32).collect();
                    self.models.logits_at(&sequences.concat(), length, &last).await?
                }
            };
            for (sequence, logits) in sequences.iter_mut().zip(logits.chunks_exact(v)) {
                sequence.push(argmax(logits) as u32);
            }
        }
        let chosen = sequences.iter().flat_map(|sequence| &sequence[PROMPT..]);
        Ok(chosen.map(|&token| f64::from(token)).sum::<f64>() / (SEQUENCES * TOKENS) as f64)
    }

    /// Of all tokens that were chosen, each read once: what a cache leaves to do.
    pub fn work(&self) -> BenchmarkWork {
        let config = self.models.config();
        let read = (SEQUENCES * (PROMPT + TOKENS - 1)) as f64;
        BenchmarkWork {
            flops: forward_flops(config, read, (PROMPT + TOKENS) as f64 / 2.0),
            bytes: 4.0 * (TOKENS * config.parameter_count()) as f64,
            parameters: config.parameter_count() as f64,
            tokens: (SEQUENCES * TOKENS) as f64,
        }
    }
}

/// The logits after what the decoder has not read yet.
async fn next(decoder: &mut Decoder, sequences: &[Vec<u32>]) -> Result<Vec<f32>, Failure> {
    let unread = if sequences[0].len() == PROMPT { PROMPT } else { 1 };
    let tokens: Vec<u32> = sequences
        .iter()
        .flat_map(|sequence| &sequence[sequence.len() - unread..])
        .copied()
        .collect();
    decoder.next(&tokens, unread).await
}
