//! Initial weights, as the flat buffer that training works on.

use super::LlamaConfig;
use crate::rng::{Stream, stream};
use rand::Rng as _;

/// Initial parameters of one member, flat in the order of [`LlamaConfig::parameters`].
///
/// Norm gains are 1; embeddings have a standard deviation of 0.5; projections `1/sqrt(in)`, halved where they write to the
/// residual stream; the head starts small, so that an untrained model's prediction is close to uniform.
pub fn initial_parameters(config: &LlamaConfig, seed: u64) -> Vec<f32> {
    let mut rng = stream(seed, Stream::Weights, 0);
    let mut flat = Vec::with_capacity(config.parameter_count());
    for (name, shape) in config.parameters() {
        let count: usize = shape.iter().product();
        let deviation = match name.rsplit('.').next().unwrap_or_default() {
            "embed" => 0.5,
            "head" => 0.02,
            "down" | "attention_out" => 0.5 / (shape[0] as f64).sqrt(),
            _ => 1.0 / (shape[0] as f64).sqrt(),
        };
        if shape.len() == 1 {
            flat.extend(std::iter::repeat_n(1.0_f32, count));
        } else {
            flat.extend((0..count).map(|_| (deviation * normal(&mut rng)) as f32));
        }
    }
    flat
}

/// The same parameters for `members` members.
pub fn replicate(flat: &[f32], members: usize) -> Vec<f32> {
    flat.repeat(members)
}

/// A standard normal number (Box and Muller 1958).
fn normal(rng: &mut crate::rng::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}
