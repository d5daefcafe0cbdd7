//! Reading token by token against reading everything again.

use std::rc::Rc;

use super::{compare, random, wide};
use crate::model::LlamaConfig;
use crate::plan::gpu::{Gpu, GpuDecoder, GpuForward};

/// A population whose sequences grow by several tokens and by one, by numbers that no group of four divides; twice, since
/// the second decoder gets the cache of the first with what that left in it.
pub async fn decoding(gpu: &Gpu) -> Result<String, String> {
    let config = LlamaConfig {
        num_attention_heads: 3,
        ..LlamaConfig::sized(20, 48, 12, 2)
    };
    let (population, sequences, most) = (2, 3, 13);
    let weights = random(5, population * config.parameter_count(), 0.4);
    let models = Rc::new(GpuForward::new(gpu, &config, population, &weights).await?);
    let mut worst: f64 = 0.0;
    for round in 0..2 {
        let all = population * sequences;
        let draws = random(21 + round, all * most, 1.0);
        let token = |sequence: usize, position: usize| {
            let draw = (draws[sequence * most + position].abs() * 1e4) as u32;
            draw % config.vocab_size as u32
        };
        let part = |from: usize, to: usize| -> Vec<u32> {
            (0..all)
                .flat_map(|sequence| (from..to).map(move |position| (sequence, position)))
                .map(|(sequence, position)| token(sequence, position))
                .collect()
        };
        let mut decoder = GpuDecoder::new(&models, sequences, most);
        let mut read = 0;
        for length in [5, 1, 1, 3, 1, 2] {
            let logits = decoder.next(&part(read, read + length), length).await?;
            read += length;
            let last: Vec<u32> = (1..=all).map(|i| (i * read - 1) as u32).collect();
            let again = models.logits_at(&part(0, read), read, &last).await?;
            worst = worst.max(compare(&format!("logits after {read} tokens"), &logits, &wide(&again))?);
        }
        if decoder.next(&part(0, 1), 1).await.is_ok() {
            return Err("a decoder read more than it has room for".to_owned());
        }
    }
    Ok(format!("decoding: {worst:.1e}\n"))
}
