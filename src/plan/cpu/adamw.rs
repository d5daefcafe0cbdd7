//! AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) on flat buffers, in place.

use super::simd::F32x4;
use crate::plan::AdamWConfig;

/// Moments of all members, `[p, parameters]` each, and the updates made.
#[derive(Clone, Debug)]
pub struct AdamW {
    pub config: AdamWConfig,
    pub first: Vec<f32>,
    pub second: Vec<f32>,
    pub updates: u32,
}

impl AdamW {
    pub fn new(config: AdamWConfig, size: usize) -> Self {
        Self {
            config,
            first: vec![0.0; size],
            second: vec![0.0; size],
            updates: 0,
        }
    }

    /// One member's part of update number `self.updates`, clipped by its own norm; `weights` and `gradient` are its own:
    ///
    /// `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`,
    /// `w = w (1 - rate decay) - rate (m / (1 - b1^u)) / (sqrt(v / (1 - b2^u)) + epsilon)`.
    pub fn update(&mut self, member: usize, weights: &mut [f32], gradient: &[f32], rate: f64) {
        let constants = self.config;
        let unbias = |beta: f64| 1.0 / (1.0 - beta.powi(self.updates as i32));
        let (unbias1, unbias2) = (unbias(constants.beta1), unbias(constants.beta2));
        let constant = |value: f64| F32x4::splat(value as f32);
        let (beta1, rest1) = (constant(constants.beta1), 1.0 - constants.beta1);
        let (beta2, rest2) = (constant(constants.beta2), 1.0 - constants.beta2);
        let keep = constant(1.0 - rate * constants.weight_decay);
        let (pace, unbias2) = (constant(-rate * unbias1), constant(unbias2));
        let epsilon = constant(constants.epsilon);
        let factor = match constants.clip {
            None => 1.0,
            Some(limit) => (limit / (squares(gradient).sqrt() + 1e-12)).min(1.0),
        };
        let (scale1, scale2) = (constant(rest1 * factor), constant(rest2 * factor * factor));

        let own = member * weights.len()..(member + 1) * weights.len();
        let (first, second) = (&mut self.first[own.clone()], &mut self.second[own]);
        let values = weights
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .zip(gradient.as_chunks::<4>().0);
        let moments = first
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .zip(second.as_chunks_mut::<4>().0);
        for ((weight, gradient), (first, second)) in values.zip(moments) {
            let g = F32x4::load(gradient);
            let m = F32x4::load(first).multiply_add(beta1, g * scale1);
            let v = F32x4::load(second).multiply_add(beta2, g * g * scale2);
            m.store(first);
            v.store(second);
            let step = m * pace / ((v * unbias2).sqrt() + epsilon);
            F32x4::load(weight).multiply_add(keep, step).store(weight);
        }
    }
}

/// Sum of squares: in `f32` over stretches of a thousand values, in `f64` over the stretches.
fn squares(values: &[f32]) -> f64 {
    let stretches = values.as_chunks::<4>().0.chunks(256);
    stretches
        .map(|stretch| {
            let sum = stretch.iter().map(F32x4::load);
            f64::from(sum.fold(F32x4::zero(), |sum, x| x.multiply_add(x, sum)).sum())
        })
        .sum()
}
