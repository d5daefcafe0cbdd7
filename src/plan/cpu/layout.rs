//! Where each tensor lies in the flat parameters of a member, and its matrices packed for products.

use std::ops::Range;

use super::matmul::{Packed, rows};
use crate::model::LlamaConfig;

/// Position of each tensor of one layer.
#[derive(Clone, Debug)]
pub struct LayerLayout {
    pub attention_norm: Range<usize>,
    pub query_key_value: Range<usize>,
    pub attention_out: Range<usize>,
    pub mlp_norm: Range<usize>,
    pub gate_up: Range<usize>,
    pub down: Range<usize>,
}

/// Position of each tensor in the flat parameters of one member, in the order of [`LlamaConfig::parameters`].
#[derive(Clone, Debug)]
pub struct Layout {
    pub embed: Range<usize>,
    pub layers: Vec<LayerLayout>,
    pub norm: Range<usize>,
    pub head: Range<usize>,
    /// Parameters of a member.
    pub count: usize,
}

impl Layout {
    pub fn new(config: &LlamaConfig) -> Self {
        let (v, d, f) = (config.vocab_size, config.hidden_size, config.intermediate_size);
        assert!(
            v.is_multiple_of(4) && d.is_multiple_of(4) && f.is_multiple_of(4),
            "sizes are multiples of 4"
        );
        let mut count = 0;
        let mut take = |size: usize| {
            count += size;
            count - size..count
        };
        let embed = take(v * d);
        let layers = (0..config.num_hidden_layers)
            .map(|_| LayerLayout {
                attention_norm: take(d),
                query_key_value: take(d * 3 * d),
                attention_out: take(d * d),
                mlp_norm: take(d),
                gate_up: take(d * 2 * f),
                down: take(f * d),
            })
            .collect();
        let (norm, head) = (take(d), take(d * v));
        debug_assert_eq!(count, config.parameter_count());
        Self {
            embed,
            layers,
            norm,
            head,
            count,
        }
    }
}

/// Matrices of one layer as right factors.
#[derive(Clone, Debug, Default)]
pub struct PackedLayer {
    pub query_key_value: Packed,
    pub attention_out: Packed,
    pub gate_up: Packed,
    pub down: Packed,
}

/// All matrices of one member as right factors, for the forward pass (`W`) or for the backward pass (`W^T`).
#[derive(Clone, Debug, Default)]
pub struct PackedModel {
    pub layers: Vec<PackedLayer>,
    pub head: Packed,
}

impl PackedModel {
    /// `W` of every projection: `x W`.
    pub fn pack(&mut self, config: &LlamaConfig, layout: &Layout, weights: &[f32]) {
        self.each(config, layout, |packed, place, depth, width| {
            packed.pack(rows(&weights[place], width), depth, width);
        });
    }

    /// `W^T` of every projection: `dx = dy W^T`.
    pub fn pack_transposed(&mut self, config: &LlamaConfig, layout: &Layout, weights: &[f32]) {
        self.each(config, layout, |packed, place, inputs, outputs| {
            packed.pack_transposed(rows(&weights[place], outputs), outputs, inputs);
        });
    }

    /// Calls `pack` with each matrix, its place and its numbers of inputs and outputs.
    fn each(&mut self, config: &LlamaConfig, layout: &Layout, pack: impl Fn(&mut Packed, Range<usize>, usize, usize)) {
        let (v, d, f) = (config.vocab_size, config.hidden_size, config.intermediate_size);
        self.layers.resize_with(layout.layers.len(), PackedLayer::default);
        for (packed, place) in self.layers.iter_mut().zip(&layout.layers) {
            pack(&mut packed.query_key_value, place.query_key_value.clone(), d, 3 * d);
            pack(&mut packed.attention_out, place.attention_out.clone(), d, d);
            pack(&mut packed.gate_up, place.gate_up.clone(), d, 2 * f);
            pack(&mut packed.down, place.down.clone(), f, d);
        }
        pack(&mut self.head, layout.head.clone(), d, v);
    }
}
