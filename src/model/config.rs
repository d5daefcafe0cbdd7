//! The sizes of a Llama, under the names of Hugging Face's `config.json`.

use serde::{Deserialize, Serialize};

/// Sizes and constants of one model; field names are those of `LlamaConfig` in `transformers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LlamaConfig {
    pub vocab_size: usize,
    /// Width of the residual stream, `d`.
    pub hidden_size: usize,
    /// Width of the SwiGLU layer, `f`.
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub max_position_embeddings: usize,
    pub rms_norm_eps: f64,
    pub rope_theta: f64,
}

impl LlamaConfig {
    /// The default student: about 0.13 M parameters.
    pub fn student(vocab_size: usize) -> Self {
        Self::sized(vocab_size, 64, 128, 2)
    }

    /// The shipped teachers: about 0.7 M parameters.
    pub fn teacher(vocab_size: usize) -> Self {
        Self::sized(vocab_size, 128, 352, 3)
    }

    /// A model with four heads and the constants that Stillroom's models share.
    pub fn sized(vocab_size: usize, hidden_size: usize, intermediate_size: usize, num_hidden_layers: usize) -> Self {
        Self {
            vocab_size,
            hidden_size,
            intermediate_size,
            num_hidden_layers,
            num_attention_heads: 4,
            max_position_embeddings: 64,
            rms_norm_eps: 1e-5,
            rope_theta: 10_000.0,
        }
    }

    pub fn head_dim(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// Every trainable tensor of one member, in the order of the flat parameter buffer: name and shape.
    ///
    /// Projections are `[in, out]`. Query, key and value share one tensor, and so do gate and up: one matrix product each.
    pub fn parameters(&self) -> Vec<(String, Vec<usize>)> {
        let (v, d, f) = (self.vocab_size, self.hidden_size, self.intermediate_size);
        let mut all = vec![("embed".to_owned(), vec![v, d])];
        for layer in 0..self.num_hidden_layers {
            let mut push = |name: &str, shape: Vec<usize>| all.push((format!("layers.{layer}.{name}"), shape));
            push("attention_norm", vec![d]);
            push("query_key_value", vec![d, 3 * d]);
            push("attention_out", vec![d, d]);
            push("mlp_norm", vec![d]);
            push("gate_up", vec![d, 2 * f]);
            push("down", vec![f, d]);
        }
        all.push(("norm".to_owned(), vec![d]));
        all.push(("head".to_owned(), vec![d, v]));
        all
    }

    /// Trainable numbers of one member.
    pub fn parameter_count(&self) -> usize {
        self.parameters()
            .iter()
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum()
    }
}
