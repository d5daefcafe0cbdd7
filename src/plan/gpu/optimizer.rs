//! The constants of AdamW as the kernels take them.

use crate::plan::AdamWConfig;

use super::constants::Update;
use super::layout::Numbers;

/// Counts updates and corrects for the moments' beginning at zero.
#[derive(Clone, Debug)]
pub(super) struct Optimizer {
    pub config: AdamWConfig,
    /// Updates done.
    pub updates: u32,
}

impl Optimizer {
    pub(super) fn constants(&self) -> Update {
        let config = &self.config;
        Update {
            beta1: config.beta1 as f32,
            beta2: config.beta2 as f32,
            epsilon: config.epsilon as f32,
            limit: config.clip.unwrap_or(0.0) as f32,
            weight_decay: config.weight_decay as f32,
            ..Update::default()
        }
    }

    /// For the next update, whose losses go to `slot` of the ring.
    pub(super) fn numbers(&self, rate: f64, slot: u32) -> Numbers {
        let next = self.updates as i32 + 1;
        let correction = |beta: f64| (1.0 / (1.0 - beta.powi(next))) as f32;
        Numbers {
            rate: rate as f32,
            corrections: [self.config.beta1, self.config.beta2].map(correction),
            slot,
            ..Numbers::default()
        }
    }
}
