//! The constants of AdamW as the kernels take them.

use crate::plan::AdamWConfig;

/// Counts updates and corrects for the moments' beginning at zero.
#[derive(Clone, Debug)]
pub(super) struct Optimizer {
    pub config: AdamWConfig,
    /// Updates done.
    pub updates: u32,
}

impl Optimizer {
    /// Two vec4s: beta1, beta2, epsilon, limit of the norm or 0; weight decay.
    pub(super) fn constants(&self) -> [f32; 8] {
        let config = &self.config;
        let limit = config.clip.unwrap_or(0.0) as f32;
        let (beta1, beta2) = (config.beta1 as f32, config.beta2 as f32);
        let decay = config.weight_decay as f32;
        [beta1, beta2, config.epsilon as f32, limit, decay, 0.0, 0.0, 0.0]
    }

    /// What `given` begins with: the rate, the bias corrections of the next update, and its slot of the ring.
    pub(super) fn numbers(&self, rate: f64, slot: u32) -> [u32; 8] {
        let next = self.updates as i32 + 1;
        let correction = |beta: f64| ((1.0 / (1.0 - beta.powi(next))) as f32).to_bits();
        let (first, second) = (correction(self.config.beta1), correction(self.config.beta2));
        [(rate as f32).to_bits(), first, second, slot, 0, 0, 0, 0]
    }
}
