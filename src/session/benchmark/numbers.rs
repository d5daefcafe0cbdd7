//! Weights and batches, from a counter-based generator (mulberry32) that every peer of the benchmark has.

use super::size::Size;
use crate::model::LlamaConfig;

/// mulberry32; uniform in `[0, 1)`.
pub(super) struct Prng(pub u32);

impl Prng {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// A token id below `vocab`.
    pub fn token(&mut self, vocab: usize) -> u32 {
        (self.next() * vocab as f64) as u32
    }

    /// Random token ids and the ids that follow them, `[p * b * t]` each.
    pub fn batch(&mut self, size: &Size) -> (Vec<u32>, Vec<u32>) {
        let (mut inputs, mut next) = (Vec::new(), Vec::new());
        let vocab = size.student.vocab_size;
        for _ in 0..size.population * size.batch {
            let mut token = self.token(vocab);
            for _ in 0..size.tokens {
                inputs.push(token);
                token = self.token(vocab);
                next.push(token);
            }
        }
        (inputs, next)
    }

    pub fn normals(&mut self, count: usize, deviation: f64) -> Vec<f32> {
        let mut normal = || {
            let radius = (-2.0 * (1.0 - self.next()).ln()).sqrt();
            (deviation * radius * (std::f64::consts::TAU * self.next()).cos()) as f32
        };
        (0..count).map(|_| normal()).collect()
    }
}

/// The peers' initial weights in our flat order: they draw query, key, value, gate and up one after the other.
pub(super) fn initial(config: &LlamaConfig, seed: u32, head_deviation: f64) -> Vec<f32> {
    let (v, d, f) = (config.vocab_size, config.hidden_size, config.intermediate_size);
    let mut prng = Prng(seed);
    let scale = 1.0 / (d as f64).sqrt();
    let ones = vec![1.0_f32; d];
    let mut flat = prng.normals(v * d, 0.5);
    for _ in 0..config.num_hidden_layers {
        flat.extend(&ones);
        let parts = [d, d, d].map(|width| (prng.normals(d * width, scale), width));
        flat.extend(side_by_side(&parts, d));
        flat.extend(prng.normals(d * d, scale));
        flat.extend(&ones);
        let parts = [f, f].map(|width| (prng.normals(d * width, scale), width));
        flat.extend(side_by_side(&parts, d));
        flat.extend(prng.normals(f * d, scale / 2.0));
    }
    flat.extend(&ones);
    flat.extend(prng.normals(d * v, head_deviation));
    flat
}

/// `[rows, width]` matrices as one with all their columns.
fn side_by_side(parts: &[(Vec<f32>, usize)], rows: usize) -> Vec<f32> {
    (0..rows)
        .flat_map(|row| {
            parts
                .iter()
                .flat_map(move |(values, width)| values[row * width..][..*width].iter().copied())
        })
        .collect()
}
