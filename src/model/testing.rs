//! A small model for tests.

use super::{LlamaConfig, initial_parameters};

pub fn tiny() -> LlamaConfig {
    LlamaConfig::sized(40, 32, 48, 2)
}

/// Random weights with gains other than 1 and a head that matters.
pub fn weights(config: &LlamaConfig, seed: u64) -> Vec<f32> {
    let noise = initial_parameters(config, seed + 100);
    initial_parameters(config, seed)
        .iter()
        .zip(noise)
        .map(|(a, b)| a + 0.3 * b)
        .collect()
}
