//! One sequence through one model on the host, plain and whole: for looking inside, where reading matters and speed does not.
//!
//! Shapes: `t` tokens, `d` width, `h` heads of `hd = d / h` values, `f` SwiGLU width, `v` vocabulary. With `x: [t, d]` the
//! embedded tokens, every layer does
//!
//! ```text
//! q, k, v = rope(norm(x) W_q), rope(norm(x) W_k), norm(x) W_v      [h, t, hd] each
//! P       = softmax(q k^T / sqrt(hd)), 0 above the diagonal        [h, t, t]
//! x       = x + concat(P v) W_o
//! x       = x + (silu(norm(x) W_gate) * (norm(x) W_up)) W_down
//! ```
//!
//! and the logits are `norm(x) W_head`. It equals the plans and burn, which tests hold it to.

use super::LlamaConfig;

/// What one model made of one sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Forward {
    /// Of the token after each position, `[t, v]`.
    pub logits: Vec<f32>,
    /// `P` of every layer, `[layers, h, t, t]`: how much each position (row) looks at itself and at those before it (column).
    /// A row sums to 1.
    pub attention: Vec<f32>,
}

/// Reads `tokens` with one model, `weights` in the order of [`LlamaConfig::parameters`].
///
/// # Panics
///
/// If there are more tokens than positions, a token is no word of the model, or the weights are not those of one model.
pub fn forward(config: &LlamaConfig, weights: &[f32], tokens: &[u32]) -> Forward {
    let (d, f, v, eps) = (
        config.hidden_size,
        config.intermediate_size,
        config.vocab_size,
        config.rms_norm_eps,
    );
    assert!(
        tokens.len() <= config.max_position_embeddings,
        "more tokens than positions"
    );
    assert_eq!(weights.len(), config.parameter_count(), "the parameters of one model");
    let mut left = weights;
    let mut take = |count: usize| {
        let (taken, rest) = left.split_at(count);
        left = rest;
        taken
    };

    let embed = take(v * d);
    let mut x: Vec<f32> = tokens
        .iter()
        .flat_map(|&token| &embed[token as usize * d..][..d])
        .copied()
        .collect();
    let mut attention = Vec::new();
    for _ in 0..config.num_hidden_layers {
        let mut qkv = product(&normed(&x, take(d), eps), take(d * 3 * d), d);
        for (position, row) in qkv.chunks_exact_mut(3 * d).enumerate() {
            rotate(&mut row[..2 * d], position, config);
        }
        let mixed = attend(&qkv, config, &mut attention);
        add(&mut x, &product(&mixed, take(d * d), d));

        let both = product(&normed(&x, take(d), eps), take(d * 2 * f), d);
        let gated: Vec<f32> = both.chunks_exact(2 * f).flat_map(swiglu).collect();
        add(&mut x, &product(&gated, take(f * d), f));
    }
    Forward {
        logits: product(&normed(&x, take(d), eps), take(d * v), d),
        attention,
    }
}

/// RMSNorm by rows: `x / sqrt(mean(x^2) + eps) * gain`.
fn normed(x: &[f32], gain: &[f32], eps: f64) -> Vec<f32> {
    x.chunks_exact(gain.len())
        .flat_map(|row| {
            let mean = row.iter().map(|x| x * x).sum::<f32>() / row.len() as f32;
            let scale = (mean + eps as f32).sqrt().recip();
            row.iter().zip(gain).map(move |(x, gain)| x * scale * gain)
        })
        .collect()
}

/// `x W` with `x: [t, inputs]`, `W: [inputs, outputs]`.
fn product(x: &[f32], matrix: &[f32], inputs: usize) -> Vec<f32> {
    let outputs = matrix.len() / inputs;
    let mut all = vec![0.0; x.len() / inputs * outputs];
    for (x, out) in x.chunks_exact(inputs).zip(all.chunks_exact_mut(outputs)) {
        for (x, row) in x.iter().zip(matrix.chunks_exact(outputs)) {
            for (out, weight) in out.iter_mut().zip(row) {
                *out += x * weight;
            }
        }
    }
    all
}

/// Turns each head's pairs `i` and `i + hd/2` by `position theta^(-i / (hd/2))` (Su et al. 2021, arXiv 2104.09864).
fn rotate(heads: &mut [f32], position: usize, config: &LlamaConfig) {
    let half = config.head_dim() / 2;
    for head in heads.chunks_exact_mut(2 * half) {
        let (left, right) = head.split_at_mut(half);
        for (i, (a, b)) in left.iter_mut().zip(right).enumerate() {
            let angle = position as f64 * config.rope_theta.powf(-(i as f64) / half as f64);
            let (sin, cos) = (angle.sin() as f32, angle.cos() as f32);
            (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
        }
    }
}

/// `concat(P v): [t, d]` of one layer from rotated `qkv: [t, 3d]`; appends its `P`.
fn attend(qkv: &[f32], config: &LlamaConfig, attention: &mut Vec<f32>) -> Vec<f32> {
    let (d, head_dim) = (config.hidden_size, config.head_dim());
    let t = qkv.len() / (3 * d);
    let part =
        |position: usize, which: usize, head: usize| &qkv[position * 3 * d + which * d + head * head_dim..][..head_dim];
    let scale = (head_dim as f32).sqrt().recip();
    let mut mixed = vec![0.0; t * d];
    for head in 0..config.num_attention_heads {
        for position in 0..t {
            let query = part(position, 0, head);
            let mut row: Vec<f32> = (0..=position)
                .map(|earlier| {
                    scale
                        * query
                            .iter()
                            .zip(part(earlier, 1, head))
                            .map(|(q, k)| q * k)
                            .sum::<f32>()
                })
                .collect();
            softmax(&mut row);
            let out = &mut mixed[position * d + head * head_dim..][..head_dim];
            for (earlier, share) in row.iter().enumerate() {
                for (out, value) in out.iter_mut().zip(part(earlier, 2, head)) {
                    *out += share * value;
                }
            }
            row.resize(t, 0.0);
            attention.extend(row);
        }
    }
    mixed
}

fn softmax(row: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|x| *x = (*x - largest).exp());
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|x| *x /= sum);
}

/// `silu(gate) * up` of one row of both, `[2f]`.
fn swiglu(both: &[f32]) -> impl Iterator<Item = f32> {
    let (gate, up) = both.split_at(both.len() / 2);
    gate.iter().zip(up).map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up)
}

fn add(x: &mut [f32], more: &[f32]) {
    x.iter_mut().zip(more).for_each(|(x, more)| *x += more);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{tiny, weights};
    use super::*;
    use crate::device;
    use crate::engine::Models;
    use pollster::block_on;

    fn tokens(t: u32) -> Vec<u32> {
        (0..t).map(|i| (i * 11 + 5) % 40).collect()
    }

    #[test]
    fn logits_are_those_of_every_engine_and_of_its_decoder() {
        let config = tiny();
        let (weights, tokens) = (weights(&config, 4), tokens(9));
        let ours = forward(&config, &weights, &tokens).logits;
        for engine in [device::cpu(), device::reference()] {
            let models = block_on(Models::new(&config, &weights, &engine)).unwrap();
            let mut decoder = models.decoder(1, tokens.len());
            let rows: Vec<u32> = (0..tokens.len() as u32).collect();
            let whole = block_on(models.logits_at(&tokens, tokens.len(), &rows)).unwrap();
            for (position, (&token, own)) in tokens.iter().zip(ours.chunks_exact(config.vocab_size)).enumerate() {
                let decoded = block_on(decoder.next(&[token], 1)).unwrap();
                let row = &whole[position * config.vocab_size..][..config.vocab_size];
                for ((own, decoded), row) in own.iter().zip(&decoded).zip(row) {
                    assert!((own - decoded).abs() < 1e-4 && (own - row).abs() < 1e-4, "{engine:?}");
                }
            }
        }
    }

    #[test]
    fn every_position_looks_at_itself_and_back_and_nowhere_else() {
        let config = tiny();
        let tokens = tokens(7);
        let (t, maps) = (tokens.len(), config.num_hidden_layers * config.num_attention_heads);
        let attention = forward(&config, &weights(&config, 4), &tokens).attention;
        assert_eq!(attention.len(), maps * t * t);
        for (i, row) in attention.chunks_exact(t).enumerate() {
            let position = i % t;
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(row[..=position].iter().all(|share| *share > 0.0));
            assert!(row[position + 1..].iter().all(|share| *share == 0.0));
        }
    }

    #[test]
    fn a_first_token_looks_only_at_itself_and_others_do_not_share_evenly() {
        let config = tiny();
        let attention = forward(&config, &weights(&config, 4), &tokens(5)).attention;
        assert_eq!(attention[0], 1.0);
        // Shares that come from queries and keys differ; a mean over the past would not.
        assert!((attention[4 * 5] - attention[4 * 5 + 1]).abs() > 1e-3);
    }
}
