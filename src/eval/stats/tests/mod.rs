use super::*;
use crate::rng::{Rng, Stream, stream};
use rand::Rng as _;

mod chance;
mod golden;
mod refused;
mod show;

fn close(found: f64, expected: f64, tolerance: f64) {
    let size = expected.abs().max(f64::MIN_POSITIVE);
    assert!(
        (found - expected).abs() <= tolerance * size,
        "{found} is not {expected}"
    );
}

fn draws(seed: u64) -> Rng {
    stream(seed, Stream::Evaluation, 0)
}

/// `count` numbers near normal with mean 0 and deviation 1 (sums of twelve uniform ones).
fn normal(rng: &mut Rng, count: usize) -> Vec<f64> {
    (0..count)
        .map(|_| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0)
        .collect()
}
