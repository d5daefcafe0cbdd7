//! Loss of one row of logits, and its gradient in place of them.
//!
//! `L = (1 - hard) T^2 KL(target || softmax(s/T)) + hard (-log softmax(s)_label)` (Hinton et al. 2015, arXiv 1503.02531), with
//! `dL/ds = (1 - hard) T (softmax(s/T) sum(target) - target) + hard (softmax(s) - onehot(label))`.

use super::simd::{Exp, F32x4};

/// What the student should answer at one row.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    /// One token for certain.
    Token(usize),
    /// The softmax of these logits, `[v]`.
    Logits(&'a [f32]),
    /// The same, with only the tokens known whose bit in `hidden` is 0; the others share what is left.
    Shown { logits: &'a [f32], hidden: &'a [u32] },
}

/// The hard label's part in a row's loss.
#[derive(Clone, Copy)]
pub struct Hard {
    pub weight: f32,
    pub label: usize,
}

/// Buffers of a row, `[v]` each.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    target: Vec<f32>,
    soft: Vec<f32>,
    plain: Vec<f32>,
    /// Entropy of the last target that was given by all its logits, at the temperature of its row.
    pub entropy: f32,
}

/// Least mass of the bucket of hidden tokens.
const LEAST_TAIL: f32 = 1e-9;

impl Scratch {
    /// Returns `L`, and replaces `logits` by `weight dL/ds`.
    pub fn row(&mut self, logits: &mut [f32], target: Target, hard: Hard, temperature: f32, weight: f32) -> f32 {
        for buffer in [&mut self.target, &mut self.soft, &mut self.plain] {
            buffer.resize(logits.len(), 0.0);
        }
        let scale = temperature.recip();
        let soft = softmax(logits, scale, &mut self.soft);
        let mut label_loss = 0.0;
        if hard.weight > 0.0 {
            let plain = softmax(logits, 1.0, &mut self.plain);
            label_loss = plain.minus_log(logits[hard.label], 1.0);
        }
        let factor = weight * (1.0 - hard.weight) * temperature;
        let divergence = match target {
            Target::Token(token) => {
                let loss = soft.minus_log(logits[token], scale);
                combine(logits, factor, |at| F32x4::load(&self.soft.as_chunks().0[at]));
                logits[token] -= factor;
                loss
            }
            Target::Logits(target) => {
                let (loss, entropy) = divergence(logits, soft, target, scale, &mut self.target);
                self.entropy = entropy;
                let (soft, target) = (self.soft.as_chunks().0, self.target.as_chunks().0);
                combine(logits, factor, |at| F32x4::load(&soft[at]) - F32x4::load(&target[at]));
                loss
            }
            Target::Shown { logits: target, hidden } => {
                let of_target = softmax(target, scale, &mut self.target);
                let loss = self.with_tail(logits, soft, target, of_target, hidden, scale);
                let total = F32x4::splat(self.target.iter().sum());
                let (soft, target) = (self.soft.as_chunks().0, self.target.as_chunks().0);
                combine(logits, factor, |at| {
                    F32x4::load(&soft[at]) * total - F32x4::load(&target[at])
                });
                loss
            }
        };
        if hard.weight > 0.0 {
            let factor = weight * hard.weight;
            for (gradient, share) in logits.iter_mut().zip(&self.plain) {
                *gradient += factor * share;
            }
            logits[hard.label] -= factor;
        }
        (1.0 - hard.weight) * temperature * temperature * divergence + hard.weight * label_loss
    }

    /// Gives the hidden tokens the target's tail, spread as the student spreads its own; returns the divergence.
    fn with_tail(
        &mut self,
        logits: &[f32],
        soft: Normaliser,
        target: &[f32],
        of_target: Normaliser,
        hidden: &[u32],
        scale: f32,
    ) -> f32 {
        let is_hidden = |token: usize| hidden[token / 32] >> (token % 32) & 1 == 1;
        let (mut shown_target, mut shown_soft) = (0.0, 0.0);
        for (token, (target, soft)) in self.target.iter().zip(&self.soft).enumerate() {
            if !is_hidden(token) {
                shown_target += target;
                shown_soft += soft;
            }
        }
        let ratio = (1.0 - shown_target).max(LEAST_TAIL) / (1.0f32 - shown_soft).max(LEAST_TAIL);
        let log_ratio = ratio.ln();
        let mut divergence = 0.0;
        for (token, (share, own)) in self.target.iter_mut().zip(&self.soft).enumerate() {
            let log = if is_hidden(token) {
                *share = own * ratio;
                log_ratio
            } else {
                soft.minus_log(logits[token], scale) - of_target.minus_log(target[token], scale)
            };
            divergence += *share * log;
        }
        divergence
    }

    /// Entropy of `softmax(logits)`.
    pub fn plain_entropy(&mut self, logits: &[f32]) -> f32 {
        self.target.resize(logits.len(), 0.0);
        let normaliser = softmax(logits, 1.0, &mut self.target);
        let mut sum = F32x4::zero();
        for (logit, share) in logits.as_chunks::<4>().0.iter().zip(self.target.as_chunks::<4>().0) {
            let distance = F32x4::splat(normaliser.largest) - F32x4::load(logit);
            sum = distance.multiply_add(F32x4::load(share), sum);
        }
        sum.sum() + normaliser.log_sum
    }
}

/// What a softmax divided by: `log softmax_i = scale (x_i - largest) - log_sum`.
#[derive(Clone, Copy)]
struct Normaliser {
    largest: f32,
    log_sum: f32,
}

impl Normaliser {
    fn minus_log(self, logit: f32, scale: f32) -> f32 {
        self.log_sum - scale * (logit - self.largest)
    }
}

/// `shares = softmax(scale logits)`.
fn softmax(logits: &[f32], scale: f32, shares: &mut [f32]) -> Normaliser {
    let logits = logits.as_chunks::<4>().0;
    let shares = shares.as_chunks_mut::<4>().0;
    let largest = logits
        .iter()
        .map(F32x4::load)
        .fold(F32x4::splat(f32::MIN), F32x4::larger)
        .largest();
    let (most, scale) = (F32x4::splat(largest), F32x4::splat(scale));
    let exp = Exp::new();
    let mut sum = F32x4::zero();
    for (logit, share) in logits.iter().zip(shares.iter_mut()) {
        let power = exp.of((F32x4::load(logit) - most) * scale);
        power.store(share);
        sum = sum + power;
    }
    let sum = sum.sum();
    let factor = F32x4::splat(sum.recip());
    for share in shares {
        (F32x4::load(share) * factor).store(share);
    }
    Normaliser {
        largest,
        log_sum: sum.ln(),
    }
}

/// `KL(softmax(scale target) || softmax(scale logits))` and the first distribution's entropy; leaves that in `shares`.
fn divergence(logits: &[f32], soft: Normaliser, target: &[f32], scale: f32, shares: &mut [f32]) -> (f32, f32) {
    let of_target = softmax(target, scale, shares);
    let (log_sum, own_log_sum) = (F32x4::splat(of_target.log_sum), F32x4::splat(soft.log_sum));
    let (most, own_most) = (F32x4::splat(of_target.largest), F32x4::splat(soft.largest));
    let scale = F32x4::splat(scale);
    let (mut divergence, mut entropy) = (F32x4::zero(), F32x4::zero());
    let each = logits.as_chunks::<4>().0.iter().zip(target.as_chunks::<4>().0);
    for ((logit, target), share) in each.zip(shares.as_chunks::<4>().0) {
        let share = F32x4::load(share);
        let minus_log = (most - F32x4::load(target)).multiply_add(scale, log_sum);
        let own_minus_log = (own_most - F32x4::load(logit)).multiply_add(scale, own_log_sum);
        divergence = (own_minus_log - minus_log).multiply_add(share, divergence);
        entropy = minus_log.multiply_add(share, entropy);
    }
    (divergence.sum(), entropy.sum())
}

/// `out = factor value(i)`, four at a time.
#[inline(always)]
fn combine(out: &mut [f32], factor: f32, value: impl Fn(usize) -> F32x4) {
    let factor = F32x4::splat(factor);
    for (at, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        (factor * value(at)).store(out);
    }
}
