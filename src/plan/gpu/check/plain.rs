//! The step as one would write it on paper, in double precision, one position after the other.

use crate::model::LlamaConfig;
use crate::objective::Row;

use super::{Case, wide};

/// Losses of all members.
pub fn losses(case: &Case, weights: &[f64]) -> Vec<f64> {
    (0..case.shape.population)
        .map(|member| loss(case, &weights[member * count(case)..][..count(case)], member))
        .collect()
}

fn count(case: &Case) -> usize {
    case.shape.config.parameter_count()
}

/// Weights of a tensor that are moved to find its gradient.
const MOVED: usize = 6;

/// Derivatives of a member's loss by central differences, at a few weights spread over a tensor that begins at `first` of the
/// member's: each weight's place in the tensor, and the derivative.
pub fn derivatives(case: &Case, member: usize, first: usize, size: usize) -> Vec<(usize, f64)> {
    let mut weights = wide(&case.weights[member * count(case)..][..count(case)]);
    // Not at equal distances: those would be the same column of every row.
    let places = (0..MOVED).map(|i| (i * size / MOVED + 5 * i) % size);
    let mut slope = |place: usize| {
        let (kept, step) = (weights[first + place], 1e-5);
        let mut moved = |weight: f64| {
            weights[first + place] = weight;
            loss(case, &weights, member)
        };
        let slope = (moved(kept + step) - moved(kept - step)) / (2.0 * step);
        weights[first + place] = kept;
        (place, slope)
    };
    places.map(&mut slope).collect()
}

/// `[p, k, v]`.
pub fn all_logits(case: &Case, weights: &[f64]) -> Vec<f64> {
    (0..case.shape.population)
        .flat_map(|member| {
            let logits = logits(case, &weights[member * count(case)..][..count(case)], member);
            logits.into_iter().flatten().collect::<Vec<_>>()
        })
        .collect()
}

/// Mean entropy of the rows of a table.
pub fn entropy(table: &[f32], v: usize) -> f64 {
    let rows = table.chunks_exact(v).map(|row| {
        let p = softmax(&wide(row), 1.0);
        -p.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
    });
    rows.sum::<f64>() / (table.len() / v) as f64
}

/// Weights and moments in training.
pub struct State {
    pub weights: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    updates: i32,
}

impl State {
    pub fn new(weights: &[f64]) -> Self {
        Self {
            weights: weights.to_vec(),
            first: vec![0.0; weights.len()],
            second: vec![0.0; weights.len()],
            updates: 0,
        }
    }
}

/// Clipping and one update.
pub fn updated(case: &Case, state: &mut State, gradient: &[f64]) {
    state.updates += 1;
    let config = &case.optimizer;
    for (member, gradient) in gradient.chunks_exact(count(case)).enumerate() {
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        let factor = config.clip.map_or(1.0, |limit| (limit / (norm + 1e-12)).min(1.0));
        for (i, g) in gradient.iter().enumerate() {
            let (i, g) = (member * count(case) + i, g * factor);
            let (m, v) = (&mut state.first[i], &mut state.second[i]);
            *m = config.beta1 * *m + (1.0 - config.beta1) * g;
            *v = config.beta2 * *v + (1.0 - config.beta2) * g * g;
            let m = *m / (1.0 - config.beta1.powi(state.updates));
            let v = *v / (1.0 - config.beta2.powi(state.updates));
            let decay = 1.0 - case.rate * config.weight_decay;
            state.weights[i] = state.weights[i] * decay - case.rate * m / (v.sqrt() + config.epsilon);
        }
    }
}

fn softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::MIN, f64::max);
    let all: Vec<f64> = logits.iter().map(|z| ((z - top) / temperature).exp()).collect();
    let sum: f64 = all.iter().sum();
    all.iter().map(|e| e / sum).collect()
}

fn log_softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::MIN, f64::max);
    let sum: f64 = logits.iter().map(|z| ((z - top) / temperature).exp()).sum();
    logits.iter().map(|z| (z - top) / temperature - sum.ln()).collect()
}

fn loss(case: &Case, weights: &[f64], member: usize) -> f64 {
    let (k, v) = (case.shape.rows, case.shape.config.vocab_size);
    let temperature = f64::from(case.mixture.temperature[member]);
    let hard = f64::from(case.mixture.hard_weight[member]);
    let mut sum = 0.0;
    for (i, s) in logits(case, weights, member).iter().enumerate() {
        let i = member * k + i;
        let q = log_softmax(s, temperature);
        let kl = |p: &[f64], tokens: &[usize]| -> f64 {
            let some = tokens.iter().filter(|&&token| p[token] > -700.0);
            some.map(|&token| p[token].exp() * (p[token] - q[token])).sum()
        };
        let divergence = match case.table.row(case.targets[i]) {
            None => -q[case.targets[i] as usize],
            Some(Row::Logits(z)) => kl(&log_softmax(&wide(z), temperature), &(0..v).collect::<Vec<_>>()),
            Some(Row::Shown { pairs, rest }) => {
                let mut z = vec![f64::from(rest); v];
                pairs
                    .iter()
                    .for_each(|&[token, log]| z[token as usize] = f64::from(log));
                let p = log_softmax(&z, temperature);
                let tokens: Vec<usize> = pairs.iter().map(|pair| pair[0] as usize).collect();
                let tail = |log: &[f64]| (1.0 - tokens.iter().map(|&token| log[token].exp()).sum::<f64>()).max(1e-9);
                kl(&p, &tokens) + tail(&p) * (tail(&p) / tail(&q)).ln()
            }
        };
        let label = -log_softmax(s, 1.0)[case.labels[i] as usize];
        let one = (1.0 - hard) * temperature * temperature * divergence + hard * label;
        sum += f64::from(case.row_weights[i]) * one;
    }
    sum
}

/// `x W`, for one row.
fn times(x: &[f64], w: &[f64]) -> Vec<f64> {
    let columns = w.len() / x.len();
    let mut out = vec![0.0; columns];
    for (x, row) in x.iter().zip(w.chunks_exact(columns)) {
        for (out, w) in out.iter_mut().zip(row) {
            *out += x * w;
        }
    }
    out
}

fn rmsnorm(x: &[f64], gain: &[f64], epsilon: f64) -> Vec<f64> {
    let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
    let scale = 1.0 / (mean + epsilon).sqrt();
    x.iter().zip(gain).map(|(x, gain)| x * scale * gain).collect()
}

fn rotate(head: &mut [f64], position: usize, theta: f64) {
    let half = head.len() / 2;
    for i in 0..half {
        let angle = position as f64 * theta.powf(-(i as f64) / half as f64);
        let (a, b) = (head[i], head[i + half]);
        head[i] = a * angle.cos() - b * angle.sin();
        head[i + half] = b * angle.cos() + a * angle.sin();
    }
}

/// Logits of a member's rows.
fn logits(case: &Case, weights: &[f64], member: usize) -> Vec<Vec<f64>> {
    let (config, length) = (&case.shape.config, case.shape.length);
    let positions = case.shape.sequences * length;
    let mut at = 0;
    let tensors: Vec<&[f64]> = config
        .parameters()
        .iter()
        .map(|(_, shape)| {
            let size = shape.iter().product::<usize>();
            at += size;
            &weights[at - size..at]
        })
        .collect();
    let d = config.hidden_size;
    let tokens = &case.tokens[member * positions..][..positions];
    let mut out = Vec::new();
    for sequence in tokens.chunks_exact(length) {
        let mut x: Vec<Vec<f64>> = sequence
            .iter()
            .map(|&token| tensors[0][token as usize * d..][..d].to_vec())
            .collect();
        for layer in tensors[1..].chunks_exact(6).take(config.num_hidden_layers) {
            transform(config, layer, &mut x);
        }
        out.extend(x);
    }
    let (gain, head) = (tensors[tensors.len() - 2], tensors[tensors.len() - 1]);
    let rows = &case.rows[member * case.shape.rows..][..case.shape.rows];
    rows.iter()
        .map(|&row| {
            let x = &out[row as usize - member * positions];
            times(&rmsnorm(x, gain, config.rms_norm_eps), head)
        })
        .collect()
}

/// One layer on one sequence.
fn transform(config: &LlamaConfig, layer: &[&[f64]], x: &mut [Vec<f64>]) {
    let (d, hd, f) = (config.hidden_size, config.head_dim(), config.intermediate_size);
    let qkv: Vec<Vec<f64>> = x
        .iter()
        .enumerate()
        .map(|(position, x)| {
            let mut row = times(&rmsnorm(x, layer[0], config.rms_norm_eps), layer[1]);
            for head in row[..2 * d].chunks_exact_mut(hd) {
                rotate(head, position, config.rope_theta);
            }
            row
        })
        .collect();
    for (i, x) in x.iter_mut().enumerate() {
        let mut attended = Vec::with_capacity(d);
        for head in (0..d).step_by(hd) {
            let score = |j: usize| {
                let product = (0..hd).map(|c| qkv[i][head + c] * qkv[j][d + head + c]);
                product.sum::<f64>() / (hd as f64).sqrt()
            };
            let weights = softmax(&(0..=i).map(score).collect::<Vec<_>>(), 1.0);
            attended.extend((0..hd).map(|c| {
                let values = weights.iter().zip(&qkv).map(|(w, row)| w * row[2 * d + head + c]);
                values.sum::<f64>()
            }));
        }
        for (x, more) in x.iter_mut().zip(times(&attended, layer[2])) {
            *x += more;
        }
        let both = times(&rmsnorm(x, layer[3], config.rms_norm_eps), layer[4]);
        let gated: Vec<f64> = (0..f)
            .map(|i| both[i] / (1.0 + (-both[i]).exp()) * both[f + i])
            .collect();
        for (x, more) in x.iter_mut().zip(times(&gated, layer[5])) {
            *x += more;
        }
    }
}
