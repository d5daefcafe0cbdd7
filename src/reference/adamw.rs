//! AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) over one flat buffer per member.
//!
//! One buffer instead of one per tensor: the update costs a handful of kernels however many tensors there are, and the norm
//! of a member's gradient is one reduction. burn's own optimiser updates tensor by tensor and clips by tensor.

use crate::plan::AdamWConfig;
use burn::tensor::{Device, Tensor};

/// State of the optimiser: moments, `[p, parameters]` each, and the updates made.
#[derive(Clone, Debug)]
pub struct AdamW {
    pub config: AdamWConfig,
    pub first: Tensor<2>,
    pub second: Tensor<2>,
    pub updates: u32,
}

impl AdamW {
    pub fn new(config: AdamWConfig, population: usize, parameters: usize, device: &Device) -> Self {
        let zeros = || Tensor::zeros([population, parameters], device);
        Self {
            config,
            first: zeros(),
            second: zeros(),
            updates: 0,
        }
    }

    /// The parameters after one update; `weights` and `gradient` are `[p, parameters]`.
    ///
    /// Each member is clipped by its own norm, so that a population equals separate runs.
    pub fn update(&mut self, weights: Tensor<2>, gradient: Tensor<2>, rate: f64) -> Tensor<2> {
        let AdamWConfig {
            beta1,
            beta2,
            epsilon,
            weight_decay,
            clip,
        } = self.config;
        self.updates += 1;
        let gradient = match clip {
            None => gradient,
            Some(limit) => {
                let norm = (gradient.clone() * gradient.clone()).sum_dim(1).sqrt();
                gradient * (norm.add_scalar(1e-12).recip() * limit).clamp_max(1.0)
            }
        };
        self.first = self.first.clone() * beta1 + gradient.clone() * (1.0 - beta1);
        self.second = self.second.clone() * beta2 + gradient.clone() * gradient * (1.0 - beta2);
        let unbias = |beta: f64| 1.0 / (1.0 - beta.powi(self.updates as i32));
        let first = self.first.clone() * unbias(beta1);
        let second = (self.second.clone() * unbias(beta2)).sqrt() + epsilon;
        weights * (1.0 - rate * weight_decay) - first / second * rate
    }
}
