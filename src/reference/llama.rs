//! Llama (Touvron et al. 2023, arXiv 2302.13971) in burn: the forward pass, top to bottom.
//!
//! Shapes: `p` population, `b` batch, `t` tokens, `d` width, `h` heads, `f` SwiGLU width, `v` vocabulary.

use crate::model::LlamaConfig;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

/// A population of models of one shape.
#[derive(Clone, Debug)]
pub struct Llama {
    pub config: LlamaConfig,
    pub population: usize,
    /// `[p, v, d]`
    embed: Tensor<3>,
    layers: Vec<Layer>,
    /// `[p, d]`
    norm: Tensor<2>,
    /// `[p, d, v]`
    head: Tensor<3>,
    rope: Rope,
}

#[derive(Clone, Debug)]
struct Layer {
    attention_norm: Tensor<2>,
    query_key_value: Tensor<3>,
    attention_out: Tensor<3>,
    mlp_norm: Tensor<2>,
    gate_up: Tensor<3>,
    down: Tensor<3>,
}

/// Tables of the rotary positions (Su et al. 2021, arXiv 2104.09864) in Hugging Face's half-split convention.
#[derive(Clone, Debug)]
struct Rope {
    /// `[1, positions, 1, head_dim / 2]`
    cos: Tensor<4>,
    sin: Tensor<4>,
    /// `[1, 1, positions, positions]`: 0 where a token may look, a large negative number at its future.
    mask: Tensor<4>,
}

/// Keys and values of the tokens so far, one pair per layer, each `[p * b, h, t, head_dim]`.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    layers: Vec<(Tensor<4>, Tensor<4>)>,
    length: usize,
}

impl Rope {
    fn new(config: &LlamaConfig, device: &Device) -> Self {
        let (positions, half) = (config.max_position_embeddings, config.head_dim() / 2);
        let angle = |i: usize| {
            let (position, pair) = (i / half, i % half);
            position as f64 * config.rope_theta.powf(-(pair as f64) / half as f64)
        };
        let table = |f: fn(f64) -> f64| {
            let values: Vec<f32> = (0..positions * half).map(|i| f(angle(i)) as f32).collect();
            Tensor::from_data(TensorData::new(values, [1, positions, 1, half]), device)
        };
        let future = |i: usize| if i % positions > i / positions { -1e9 } else { 0.0 };
        let mask: Vec<f32> = (0..positions * positions).map(future).collect();
        Self {
            cos: table(f64::cos),
            sin: table(f64::sin),
            mask: Tensor::from_data(TensorData::new(mask, [1, 1, positions, positions]), device),
        }
    }

    /// Rotates `x: [n, t, h, head_dim]` whose first token is at position `start`.
    fn rotate(&self, x: Tensor<4>, start: usize) -> Tensor<4> {
        let [_, t, _, head_dim] = x.dims();
        let half = head_dim / 2;
        let cos = self.cos.clone().narrow(1, start, t);
        let sin = self.sin.clone().narrow(1, start, t);
        let a = x.clone().narrow(3, 0, half);
        let b = x.narrow(3, half, half);
        let first = a.clone() * cos.clone() - b.clone() * sin.clone();
        Tensor::cat(vec![first, b * cos + a * sin], 3)
    }
}

/// RMSNorm (Zhang and Sennrich 2019, arXiv 1910.07467): `x / sqrt(mean(x^2) + eps) * gain`.
///
/// `x: [p, n, d]`, `gain: [p, d]`.
fn rms_norm(x: Tensor<3>, gain: Tensor<2>, eps: f64) -> Tensor<3> {
    let scale = (x.clone() * x.clone()).mean_dim(2).add_scalar(eps).sqrt();
    x / scale * gain.unsqueeze_dim(1)
}

impl Llama {
    /// Models from their flat parameters.
    ///
    /// `tensors`: one tensor per entry of [`LlamaConfig::parameters`], each flat: `[p, numbers]`.
    ///
    /// # Panics
    ///
    /// If the number of tensors or a tensor's size does not fit `config`.
    pub fn from_tensors(config: &LlamaConfig, tensors: Vec<Tensor<2>>, device: &Device) -> Self {
        Self::with_rope(config, tensors, Rope::new(config, device))
    }

    /// Models from one flat buffer, `flat: [p, parameters]`.
    pub fn from_flat(config: &LlamaConfig, flat: Tensor<2>) -> Self {
        let device = flat.device();
        Self::from_tensors(config, split_flat(config, flat), &device)
    }

    /// One model from parameters on the host.
    pub fn from_slice(config: &LlamaConfig, flat: &[f32], device: &Device) -> Self {
        let population = flat.len() / config.parameter_count();
        Self::from_flat(
            config,
            Tensor::from_data(
                TensorData::new(flat.to_vec(), [population, config.parameter_count()]),
                device,
            ),
        )
    }

    /// The same model with new weights; its tables are shared instead of made again.
    pub fn with_tensors(&self, tensors: Vec<Tensor<2>>) -> Self {
        Self::with_rope(&self.config, tensors, self.rope.clone())
    }

    fn with_rope(config: &LlamaConfig, tensors: Vec<Tensor<2>>, rope: Rope) -> Self {
        let population = tensors[0].dims()[0];
        let shapes: Vec<Vec<usize>> = config.parameters().into_iter().map(|(_, shape)| shape).collect();
        let matrix = |i: usize| tensors[i].clone().reshape([population, shapes[i][0], shapes[i][1]]);
        let layers = (0..config.num_hidden_layers)
            .map(|layer| {
                let first = 1 + 6 * layer;
                Layer {
                    attention_norm: tensors[first].clone(),
                    query_key_value: matrix(first + 1),
                    attention_out: matrix(first + 2),
                    mlp_norm: tensors[first + 3].clone(),
                    gate_up: matrix(first + 4),
                    down: matrix(first + 5),
                }
            })
            .collect();
        let last = tensors.len() - 1;
        Self {
            config: config.clone(),
            population,
            embed: matrix(0),
            layers,
            norm: tensors[last - 1].clone(),
            head: matrix(last),
            rope,
        }
    }

    /// Logits at every position.
    ///
    /// `tokens`: ids in the order `[p, b, t]` on the host, every id below `v`. Returns `[p, b * t, v]`.
    ///
    /// # Panics
    ///
    /// If there are more tokens than `max_position_embeddings`.
    pub fn logits(&self, tokens: &[u32], length: usize) -> Tensor<3> {
        let hidden = self.hidden(tokens, length, None);
        self.read_out(hidden, None)
    }

    /// Logits at chosen positions only: the head is a fifth of a small model's work.
    ///
    /// `rows: [p * k]` positions in `[p, b, t]` flattened, `k` of each member. Returns `[p, k, v]`.
    pub fn logits_at(&self, tokens: &[u32], length: usize, rows: &[u32]) -> Tensor<3> {
        let hidden = self.hidden(tokens, length, None);
        self.read_out(hidden, Some(rows))
    }

    /// Logits of the last position of each sequence, `[p, b, v]`, with keys and values kept in `cache`.
    ///
    /// `tokens`: the new tokens only, `[p, b, length]`; earlier ones are in the cache.
    pub fn next_logits(&self, tokens: &[u32], length: usize, cache: &mut Cache) -> Tensor<3> {
        let sequences = tokens.len() / length;
        let hidden = self.hidden(tokens, length, Some(cache));
        let last: Vec<u32> = (0..sequences).map(|i| (i * length + length - 1) as u32).collect();
        self.read_out(hidden, Some(&last))
    }

    /// The residual stream after the last layer, before the final norm: `[p, b * t, d]`.
    fn hidden(&self, tokens: &[u32], length: usize, mut cache: Option<&mut Cache>) -> Tensor<3> {
        let (p, v, d) = (self.population, self.config.vocab_size, self.config.hidden_size);
        let per_member = tokens.len() / p;
        // One table for all members: member m's row of token i is m * v + i.
        let rows: Vec<i32> = tokens
            .iter()
            .enumerate()
            .map(|(i, &token)| (i / per_member * v) as i32 + token as i32)
            .collect();
        let mut x = self
            .embed
            .clone()
            .reshape([p * v, d])
            .select(0, self.indices(rows))
            .reshape([p, per_member, d]);
        let start = cache.as_ref().map_or(0, |cache| cache.length);
        assert!(
            start + length <= self.config.max_position_embeddings,
            "more tokens than positions"
        );
        for (i, layer) in self.layers.iter().enumerate() {
            let normed = rms_norm(x.clone(), layer.attention_norm.clone(), self.config.rms_norm_eps);
            x = x + self.attention(normed, layer, i, length, start, cache.as_deref_mut());
            let normed = rms_norm(x.clone(), layer.mlp_norm.clone(), self.config.rms_norm_eps);
            x = x + self.mlp(normed, layer);
        }
        if let Some(cache) = cache {
            cache.length += length;
        }
        x
    }

    /// Causal multi-head attention of `x: [p, b * t, d]`.
    fn attention(
        &self,
        x: Tensor<3>,
        layer: &Layer,
        index: usize,
        t: usize,
        start: usize,
        cache: Option<&mut Cache>,
    ) -> Tensor<3> {
        let [p, n, d] = x.dims();
        let (sequences, h, head_dim) = (p * n / t, self.config.num_attention_heads, self.config.head_dim());
        let projected = x.matmul(layer.query_key_value.clone());
        let heads = projected.reshape([sequences, t, 3 * h, head_dim]);
        // Queries and keys are rotated in one go.
        let rotated = self.rope.rotate(heads.clone().narrow(2, 0, 2 * h), start);
        let query = rotated.clone().narrow(2, 0, h).swap_dims(1, 2);
        let mut key = rotated.narrow(2, h, h).swap_dims(1, 2);
        let mut value = heads.narrow(2, 2 * h, h).swap_dims(1, 2);
        if let Some(cache) = cache {
            if let Some((past_key, past_value)) = cache.layers.get(index).cloned() {
                key = Tensor::cat(vec![past_key, key], 2);
                value = Tensor::cat(vec![past_value, value], 2);
                cache.layers[index] = (key.clone(), value.clone());
            } else {
                cache.layers.push((key.clone(), value.clone()));
            }
        }
        let mut scores = query
            .matmul(key.swap_dims(2, 3))
            .mul_scalar((head_dim as f64).powf(-0.5));
        if t > 1 {
            scores = scores + self.rope.mask.clone().narrow(2, start, t).narrow(3, 0, start + t);
        }
        let mixed = activation::softmax(scores, 3).matmul(value);
        mixed
            .swap_dims(1, 2)
            .reshape([p, n, d])
            .matmul(layer.attention_out.clone())
    }

    /// SwiGLU (Shazeer 2020, arXiv 2002.05202): `(silu(x gate) * (x up)) down`.
    fn mlp(&self, x: Tensor<3>, layer: &Layer) -> Tensor<3> {
        let f = self.config.intermediate_size;
        let both = x.matmul(layer.gate_up.clone());
        let gate = both.clone().narrow(2, 0, f);
        (activation::silu(gate) * both.narrow(2, f, f)).matmul(layer.down.clone())
    }

    fn read_out(&self, hidden: Tensor<3>, rows: Option<&[u32]>) -> Tensor<3> {
        let [p, n, d] = hidden.dims();
        let hidden = match rows {
            None => hidden,
            Some(rows) => {
                let indices = self.indices(rows.iter().map(|&row| row as i32).collect());
                hidden
                    .reshape([p * n, d])
                    .select(0, indices)
                    .reshape([p, rows.len() / p, d])
            }
        };
        rms_norm(hidden, self.norm.clone(), self.config.rms_norm_eps).matmul(self.head.clone())
    }

    fn indices(&self, rows: Vec<i32>) -> Tensor<1, Int> {
        let count = rows.len();
        Tensor::from_data(TensorData::new(rows, [count]), &self.rope.cos.device())
    }
}

/// The flat buffer `[p, parameters]` as one `[p, numbers]` tensor per parameter.
pub(crate) fn split_flat(config: &LlamaConfig, flat: Tensor<2>) -> Vec<Tensor<2>> {
    let mut offset = 0;
    let mut part = |count: usize| {
        let tensor = flat.clone().narrow(1, offset, count);
        offset += count;
        tensor
    };
    config
        .parameters()
        .iter()
        .map(|(_, shape)| part(shape.iter().product()))
        .collect()
}
