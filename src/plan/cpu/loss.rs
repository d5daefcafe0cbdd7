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
    /// Tokens with their logarithms, and the logarithm of each of the others, which share what is left as the student's own
    /// do.
    Shown { pairs: &'a [[f32; 2]], rest: f32 },
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
    hidden: Vec<f32>,
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
            Target::Shown { pairs, rest } => {
                let tail = self.with_tail(logits, soft, pairs, rest, scale);
                // As if every token were hidden; then those that are not.
                let spread = F32x4::splat(tail.mass - tail.ratio);
                combine(logits, factor, |at| F32x4::load(&self.soft.as_chunks().0[at]) * spread);
                for (&[token, _], share) in pairs.iter().zip(&self.target) {
                    let token = token as usize;
                    logits[token] = factor * (self.soft[token] * tail.mass - share);
                }
                tail.divergence
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

    /// The shares of the tokens that are shown, in the order of `pairs`, and what comes of the others, which get the target's
    /// tail, spread as the student spreads its own.
    fn with_tail(&mut self, logits: &[f32], soft: Normaliser, pairs: &[[f32; 2]], rest: f32, scale: f32) -> Tail {
        let others = (logits.len() - pairs.len()) as f32;
        let of_target = self.shown_shares(pairs, rest, others, scale);
        let tokens = || pairs.iter().map(|pair| pair[0] as usize);
        let shown_target: f32 = self.target[..pairs.len()].iter().sum();
        let shown_soft: f32 = tokens().map(|token| self.soft[token]).sum();
        let ratio = (1.0 - shown_target).max(LEAST_TAIL) / (1.0f32 - shown_soft).max(LEAST_TAIL);
        // Summed and not subtracted: a small tail keeps its digits.
        self.hidden.clone_from(&self.soft);
        tokens().for_each(|token| self.hidden[token] = 0.0);
        let fours = self.hidden.as_chunks().0.iter();
        let hidden_soft = fours.fold(F32x4::zero(), |sum, four| sum + F32x4::load(four));
        let hidden = hidden_soft.sum() * ratio;
        let mut divergence = hidden * ratio.ln();
        for (&[token, log], share) in pairs.iter().zip(&self.target) {
            divergence += share * (soft.minus_log(logits[token as usize], scale) - of_target.minus_log(log, scale));
        }
        Tail {
            divergence,
            ratio,
            mass: shown_target + hidden,
        }
    }

    /// `self.target[..k]`: the shares of the tokens in `pairs` in the softmax of their logarithms and of `others` times `rest`.
    fn shown_shares(&mut self, pairs: &[[f32; 2]], rest: f32, others: f32, scale: f32) -> Normaliser {
        let largest = pairs
            .iter()
            .fold(rest, |most, pair| if pair[1] > most { pair[1] } else { most });
        let exp = Exp::new();
        let power = |log: f32| exp.of(F32x4::splat((log - largest) * scale)).to_array()[0];
        let mut sum = others * power(rest);
        for (pair, share) in pairs.iter().zip(&mut self.target) {
            *share = power(pair[1]);
            sum += *share;
        }
        self.target[..pairs.len()].iter_mut().for_each(|share| *share /= sum);
        Normaliser {
            largest,
            log_sum: sum.ln(),
        }
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

/// What becomes of a target of which only some tokens were shown.
struct Tail {
    divergence: f32,
    /// A hidden token's share by the student's own.
    ratio: f32,
    /// Of all shares together; 1 but for rounding.
    mass: f32,
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
