//! Rotary positions (Su et al. 2021, arXiv 2104.09864), half split: pair `i` of a head is its values `i` and `i + hd/2`.

use crate::model::LlamaConfig;

/// Cosines and sines of every position and pair, `[positions, hd/2]` each.
#[derive(Clone, Debug)]
pub struct Rotary {
    cos: Vec<f32>,
    sin: Vec<f32>,
    half: usize,
    heads: usize,
}

impl Rotary {
    /// Angle of pair `i` at position `s`: `s theta^(-i / (hd/2))`.
    pub fn new(config: &LlamaConfig, positions: usize) -> Self {
        let half = config.head_dim() / 2;
        let angles = (0..positions * half).map(|at| {
            let (position, pair) = (at / half, at % half);
            position as f64 * config.rope_theta.powf(-(pair as f64) / half as f64)
        });
        Self {
            cos: angles.clone().map(|angle| angle.cos() as f32).collect(),
            sin: angles.map(|angle| angle.sin() as f32).collect(),
            half,
            heads: config.num_attention_heads,
        }
    }

    /// Rotates queries and keys of `qkv: [m, 3d]` in place; row `i` is at position `first + i % length`.
    pub fn turn(&self, qkv: &mut [f32], length: usize, first: usize) {
        self.rotate(qkv, length, first, 1.0);
    }

    /// The inverse rotation, which is the gradient's.
    pub fn turn_back(&self, qkv: &mut [f32], length: usize) {
        self.rotate(qkv, length, 0, -1.0);
    }

    fn rotate(&self, qkv: &mut [f32], length: usize, first: usize, direction: f32) {
        let half = self.half;
        let both = 2 * self.heads * 2 * half;
        for (row, values) in qkv.chunks_exact_mut(both / 2 * 3).enumerate() {
            let angles = (first + row % length) * half..(first + row % length + 1) * half;
            let (cos, sin) = (&self.cos[angles.clone()], &self.sin[angles]);
            for head in values[..both].chunks_exact_mut(2 * half) {
                let (left, right) = head.split_at_mut(half);
                for ((left, right), (cos, sin)) in left.iter_mut().zip(right).zip(cos.iter().zip(sin)) {
                    let (a, b, sin) = (*left, *right, sin * direction);
                    *left = a * cos - b * sin;
                    *right = b * cos + a * sin;
                }
            }
        }
    }
}
