//! A training step of fixed shape without a framework between it and the hardware: buffers made once, fused kernels, the same
//! sequence of them every step. `crate::reference` computes the same with burn, and is what they are held against.

pub mod cpu;
#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(dead_code, reason = "tests alone see it, and not all of it")
)]
pub mod gpu;

use crate::model::LlamaConfig;
use serde::{Deserialize, Serialize};

/// All sizes of a step; they do not change while a plan lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    pub config: LlamaConfig,
    /// Members, `p`.
    pub population: usize,
    /// Sequences per member, `b`.
    pub sequences: usize,
    /// Input tokens per sequence, `t`.
    pub length: usize,
    /// Positions per member that the loss looks at, `k`.
    pub rows: usize,
}

/// What a member's losses are made of, one entry per member, fixed for a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// Softmax temperature, positive.
    pub temperature: Vec<f32>,
    /// Weight of the hard label's cross-entropy against the divergence, 0 to 1.
    pub hard_weight: Vec<f32>,
}

/// What changes from step to step.
#[derive(Clone, Copy, Debug)]
pub struct StepInput<'a> {
    /// `[p, b, t]`, every one below `v`.
    pub tokens: &'a [u32],
    /// `[p, k]`: positions in `[p, b, t]` flattened, each in its member's part.
    pub rows: &'a [u32],
    /// `[p, k]`: below `v`, that token for certain; from `v` on, row `target - v` of the table of target logits.
    pub targets: &'a [u32],
    /// `[p, k]`: the token said, for the hard label's term.
    pub labels: &'a [u32],
    /// `[p, k]`: weight of each row in its member's loss; 0 in padding.
    pub weights: &'a [f32],
    pub rate: f64,
}

/// Constants of the update.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamWConfig {
    pub beta1: f64,
    pub beta2: f64,
    pub epsilon: f64,
    pub weight_decay: f64,
    /// Largest norm of one member's gradient; larger ones are scaled down to it.
    pub clip: Option<f64>,
}

impl Default for AdamWConfig {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.98,
            epsilon: 1e-8,
            weight_decay: 0.01,
            clip: Some(1.0),
        }
    }
}

/// The most that fits, of less than `too_many`; 0 if not even one does. What is more than too many is too many.
pub(crate) fn most(too_many: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut good, mut bad) = (0, too_many);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}
