//! The loss of [`crate::objective`] in burn.

use burn::tensor::{Bool, Device, Tensor, TensorData, activation};

/// Targets of one step; `p` members, `k` answer tokens each (padding rows have weight 0).
#[derive(Clone, Debug)]
pub struct Targets {
    /// Logits of the target distribution at temperature 1, `[p, k, v]`. A hard label is a one-hot row of [`HARD_LOGIT`]s.
    pub logits: Tensor<3>,
    /// Softmax temperature per member, `[p, 1, 1]`.
    pub temperature: Tensor<3>,
    /// Weight of each row in its member's mean, `[p, k, 1]`; they sum to 1.
    pub weight: Tensor<3>,
    /// The Hinton mixture's second term, where a member has one.
    pub hard: Option<HardTerm>,
    /// Where a token was not shown (top-k access), `[p, k, v]`.
    pub hidden: Option<Tensor<3, Bool>>,
}

/// Cross-entropy with labels, for members whose `weight` is above 0.
#[derive(Clone, Debug)]
pub struct HardTerm {
    /// One-hot, `[p, k, v]`.
    pub labels: Tensor<3>,
    /// `[p, 1, 1]`, between 0 and 1.
    pub weight: Tensor<3>,
}

/// The logit of every token that is not the label; far enough below 0 for a probability of exactly 0 in `f32`.
pub const HARD_LOGIT: f32 = -1e4;

impl Targets {
    /// Plain labels: text or true answers. `labels` and `weights` are `[p, k]`, `vocab` is `v`.
    pub fn hard(labels: &[u32], weights: &[f32], population: usize, vocab: usize, device: &Device) -> Self {
        let mut logits = vec![HARD_LOGIT; labels.len() * vocab];
        for (row, &label) in labels.iter().enumerate() {
            logits[row * vocab + label as usize] = 0.0;
        }
        let k = labels.len() / population;
        Self {
            logits: Tensor::from_data(TensorData::new(logits, [population, k, vocab]), device),
            temperature: Tensor::ones([population, 1, 1], device),
            weight: Tensor::from_data(TensorData::new(weights.to_vec(), [population, k, 1]), device),
            hard: None,
            hidden: None,
        }
    }
}

/// Mean loss per member, `[p]`, from `student: [p, k, v]` logits.
pub fn loss(student: Tensor<3>, targets: &Targets) -> Tensor<1> {
    let t = targets.temperature.clone();
    let student_log = activation::log_softmax(student.clone() / t.clone(), 2);
    let target_log = activation::log_softmax(targets.logits.clone() / t.clone(), 2);
    let (target, target_log) = match &targets.hidden {
        None => (target_log.clone().exp(), target_log),
        Some(hidden) => with_tail(target_log, student_log.clone().inner(), hidden),
    };
    let divergence = (target * (target_log - student_log)).sum_dim(2) * t.clone() * t;
    let per_row = match &targets.hard {
        None => divergence,
        Some(hard) => {
            let cross_entropy = (activation::log_softmax(student, 2) * hard.labels.clone())
                .sum_dim(2)
                .neg();
            divergence * (hard.weight.clone().neg().add_scalar(1.0)) + cross_entropy * hard.weight.clone()
        }
    };
    let [p, ..] = per_row.dims();
    (per_row * targets.weight.clone()).sum_dim(1).reshape([p])
}

/// Target and its logarithm in which the mass of the hidden tokens is spread as the student spreads its own.
fn with_tail(target_log: Tensor<3>, student_log: Tensor<3>, hidden: &Tensor<3, Bool>) -> (Tensor<3>, Tensor<3>) {
    let tail = |log: Tensor<3>| {
        let shown = log.exp().mask_fill(hidden.clone(), 0.0).sum_dim(2);
        shown.neg().add_scalar(1.0).clamp_min(1e-9)
    };
    let ratio = (tail(target_log.clone()) / tail(student_log.clone())).log();
    let log = target_log.mask_where(hidden.clone(), student_log + ratio);
    (log.clone().exp(), log)
}

#[cfg(test)]
mod tests;
