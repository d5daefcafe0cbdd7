//! The step's loss written naively in `f64`: what the kernels are held against.

use crate::model::LlamaConfig;

/// One member's rows; see [`crate::plan::StepInput`].
pub struct Row {
    /// Position in the member's `[b, t]`.
    pub at: usize,
    pub label: usize,
    pub weight: f64,
    /// Target logits and hidden tokens, or a token.
    pub target: Target,
}

pub enum Target {
    Token(usize),
    Logits(Vec<f64>, Vec<bool>),
}

fn tensor<'a>(config: &LlamaConfig, weights: &'a [f64], name: &str) -> &'a [f64] {
    let mut start = 0;
    for (other, shape) in config.parameters() {
        let size: usize = shape.iter().product();
        if other == name {
            return &weights[start..start + size];
        }
        start += size;
    }
    panic!("no tensor {name}");
}

fn project(x: &[f64], weights: &[f64]) -> Vec<f64> {
    let outputs = weights.len() / x.len();
    (0..outputs)
        .map(|o| x.iter().enumerate().map(|(i, x)| x * weights[i * outputs + o]).sum())
        .collect()
}

fn norm(x: &[f64], gain: &[f64], epsilon: f64) -> Vec<f64> {
    let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
    x.iter()
        .zip(gain)
        .map(|(x, gain)| x / (mean + epsilon).sqrt() * gain)
        .collect()
}

pub fn log_softmax(x: &[f64], temperature: f64) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::MIN, f64::max);
    let sum: f64 = x.iter().map(|x| ((x - largest) / temperature).exp()).sum();
    x.iter().map(|x| (x - largest) / temperature - sum.ln()).collect()
}

fn turn(head: &mut [f64], position: usize, theta: f64) {
    let half = head.len() / 2;
    for i in 0..half {
        let (sin, cos) = (position as f64 * theta.powf(-(i as f64) / half as f64)).sin_cos();
        let (a, b) = (head[i], head[i + half]);
        (head[i], head[i + half]) = (a * cos - b * sin, b * cos + a * sin);
    }
}

/// Logits of every position of some sequences of `length`.
pub fn logits(config: &LlamaConfig, weights: &[f64], tokens: &[u32], length: usize) -> Vec<Vec<f64>> {
    let (d, hd, f) = (config.hidden_size, config.head_dim(), config.intermediate_size);
    let get = |name: &str| tensor(config, weights, name);
    let mut stream: Vec<Vec<f64>> = tokens
        .iter()
        .map(|&token| get("embed")[token as usize * d..][..d].to_vec())
        .collect();
    for layer in 0..config.num_hidden_layers {
        let get = |name: &str| get(&format!("layers.{layer}.{name}"));
        let qkv: Vec<Vec<f64>> = stream
            .iter()
            .enumerate()
            .map(|(row, x)| {
                let x = norm(x, get("attention_norm"), config.rms_norm_eps);
                let mut qkv = project(&x, get("query_key_value"));
                for head in qkv[..2 * d].chunks_mut(hd) {
                    turn(head, row % length, config.rope_theta);
                }
                qkv
            })
            .collect();
        for (row, x) in stream.iter_mut().enumerate() {
            let start = row / length * length;
            let mut attended = vec![0.0; d];
            for head in 0..config.num_attention_heads {
                let part = |offset: usize| offset + head * hd..offset + (head + 1) * hd;
                let scores: Vec<f64> = (start..=row)
                    .map(|key| {
                        let pairs = qkv[row][part(0)].iter().zip(&qkv[key][part(d)]);
                        pairs.map(|(q, k)| q * k).sum::<f64>() / (hd as f64).sqrt()
                    })
                    .collect();
                for (key, share) in (start..=row).zip(log_softmax(&scores, 1.0)) {
                    for (out, value) in attended[part(0)].iter_mut().zip(&qkv[key][part(2 * d)]) {
                        *out += share.exp() * value;
                    }
                }
            }
            let add = |x: &mut Vec<f64>, y: Vec<f64>| x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
            add(x, project(&attended, get("attention_out")));
            let gate_up = project(&norm(x, get("mlp_norm"), config.rms_norm_eps), get("gate_up"));
            let gated: Vec<f64> = (0..f)
                .map(|i| gate_up[i] / (1.0 + (-gate_up[i]).exp()) * gate_up[f + i])
                .collect();
            add(x, project(&gated, get("down")));
        }
    }
    let head = |x: Vec<f64>| project(&norm(&x, get("norm"), config.rms_norm_eps), get("head"));
    stream.into_iter().map(head).collect()
}

/// Each row's target distribution and its logarithm; hidden tokens follow the student that has these `logits`.
pub fn distributions(logits: &[Vec<f64>], rows: &[Row], temperature: f64) -> Vec<Vec<f64>> {
    let of_row = |row: &Row| {
        let student = &logits[row.at];
        match &row.target {
            Target::Token(token) => (0..student.len()).map(|i| f64::from(u8::from(i == *token))).collect(),
            Target::Logits(target, hidden) => {
                let exp = |x: Vec<f64>| x.into_iter().map(f64::exp).collect::<Vec<_>>();
                let (p, q) = (
                    exp(log_softmax(target, temperature)),
                    exp(log_softmax(student, temperature)),
                );
                let tail = |x: &[f64]| {
                    let shown: f64 = x
                        .iter()
                        .zip(hidden)
                        .filter(|(_, hidden)| !**hidden)
                        .map(|(x, _)| x)
                        .sum();
                    (1.0 - shown).max(1e-9)
                };
                let ratio = tail(&p) / tail(&q);
                (0..q.len())
                    .map(|i| if hidden[i] { q[i] * ratio } else { p[i] })
                    .collect()
            }
        }
    };
    rows.iter().map(of_row).collect()
}

/// A member's loss against fixed distributions.
pub fn loss(logits: &[Vec<f64>], rows: &[Row], targets: &[Vec<f64>], temperature: f64, hard: f64) -> f64 {
    let each = rows.iter().zip(targets).map(|(row, target)| {
        let soft = log_softmax(&logits[row.at], temperature);
        let terms = target.iter().zip(&soft).filter(|(p, _)| **p > 0.0);
        let divergence: f64 = terms.map(|(p, q)| p * (p.ln() - q)).sum();
        let label = -log_softmax(&logits[row.at], 1.0)[row.label];
        row.weight * ((1.0 - hard) * temperature * temperature * divergence + hard * label)
    });
    each.sum()
}
