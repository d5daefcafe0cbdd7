//! The forward pass of some sequences of one member: embedding, layers, and the head at chosen rows.
//!
//! A member's batch passes in parts of a few sequences, so that everything between two products stays in the second cache.

use super::attention::{Heads, Scratch, attend};
use super::layout::{Layout, PackedModel};
use super::matmul::{Store, multiply, rows, rows_mut, size};
use super::norm::norm;
use super::rotary::Rotary;
use super::simd::{Exp, F32x4};
use crate::model::LlamaConfig;

/// Rows that a part of a batch should have, as far as whole sequences allow.
const PART_ROWS: usize = 256;

/// Sequences per part for sequences of `length` tokens.
pub fn part_sequences(length: usize) -> usize {
    (PART_ROWS / length.max(1)).max(1)
}

/// What every pass of a model needs to know.
#[derive(Clone, Debug)]
pub struct Net {
    pub config: LlamaConfig,
    pub layout: Layout,
    pub rotary: Rotary,
}

impl Net {
    pub fn new(config: &LlamaConfig, positions: usize) -> Self {
        Self {
            layout: Layout::new(config),
            rotary: Rotary::new(config, positions),
            config: config.clone(),
        }
    }

    pub fn epsilon(&self) -> f32 {
        self.config.rms_norm_eps as f32
    }

    pub fn heads(&self, length: usize) -> Heads {
        Heads {
            heads: self.config.num_attention_heads,
            head_dim: self.config.head_dim(),
            length,
        }
    }
}

/// One member: its sizes and parameters, flat and with the matrices packed.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    pub net: &'a Net,
    pub weights: &'a [f32],
    pub packed: &'a PackedModel,
}

/// What one layer leaves behind for the backward pass; `m` rows each.
#[derive(Clone, Debug, Default)]
pub struct LayerTrace {
    /// Input of the layer, `[m, d]`.
    pub input: Vec<f32>,
    /// Reciprocal root mean square of each input row, `[m]`.
    pub input_scale: Vec<f32>,
    /// Normed input, `[m, d]`.
    pub normed: Vec<f32>,
    /// Rotated queries and keys, and values, `[m, 3d]`.
    pub query_key_value: Vec<f32>,
    /// Attention, `[sequences, heads, t, padded]`.
    pub probabilities: Vec<f32>,
    /// What attention read, `[m, d]`. From here on, the last layer has only the `k` rows that the head reads.
    pub attended: Vec<f32>,
    /// Residual stream between the two halves, `[m, d]`.
    pub middle: Vec<f32>,
    pub middle_scale: Vec<f32>,
    pub middle_normed: Vec<f32>,
    /// Gates, then ups, `[m, 2f]`.
    pub gate_up: Vec<f32>,
    /// `silu(gate) up`, `[m, f]`.
    pub gated: Vec<f32>,
}

impl LayerTrace {
    fn resize(&mut self, config: &LlamaConfig, m: usize) {
        let d = config.hidden_size;
        self.input.resize(m * d, 0.0);
        self.input_scale.resize(m, 0.0);
        self.normed.resize(m * d, 0.0);
        self.query_key_value.resize(m * 3 * d, 0.0);
        self.attended.resize(m * d, 0.0);
        self.resize_second_half(config, m);
    }

    fn resize_second_half(&mut self, config: &LlamaConfig, m: usize) {
        let (d, f) = (config.hidden_size, config.intermediate_size);
        self.middle.resize(m * d, 0.0);
        self.middle_scale.resize(m, 0.0);
        self.middle_normed.resize(m * d, 0.0);
        self.gate_up.resize(m * 2 * f, 0.0);
        self.gated.resize(m * f, 0.0);
    }
}

/// Buffers of a forward pass.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// One per layer if the backward pass follows, else one for all.
    pub layers: Vec<LayerTrace>,
    /// Residual stream, `[m, d]`; after the pass, the input of the last norm, `[k, d]`.
    pub stream: Vec<f32>,
    /// Tokens per sequence of the last pass.
    pub length: usize,
    /// Rows of the pass that the head reads; from the last layer's attention on, the stream has only these.
    pub rows: Vec<usize>,
    /// Scale of each of them in the last norm, and their normed values `[k, d]`.
    pub last_scale: Vec<f32>,
    pub last_normed: Vec<f32>,
    spare: Vec<f32>,
    pub scratch: Scratch,
}

impl Trace {
    pub fn new(layers: usize) -> Self {
        Self {
            layers: vec![LayerTrace::default(); layers],
            ..Self::default()
        }
    }

    /// Logits `[places, v]` at some `places` of `tokens`, which are whole sequences of `length`.
    pub fn run(
        &mut self,
        member: Member,
        tokens: &[u32],
        length: usize,
        places: impl Iterator<Item = usize>,
        logits: &mut [f32],
    ) {
        self.rows.clear();
        self.rows.extend(places);
        let net = member.net;
        self.embed(member, tokens);
        self.length = length;
        let m = tokens.len();
        for layer in 0..net.layout.layers.len() {
            let slot = layer.min(self.layers.len() - 1);
            self.query_key_value(member, layer, slot);
            let trace = &mut self.layers[slot];
            let heads = net.heads(length);
            net.rotary.turn(&mut trace.query_key_value, length, 0);
            trace.probabilities.resize(m / length * heads.square(), 0.0);
            let (qkv, probabilities) = (&trace.query_key_value, &mut trace.probabilities);
            attend(heads, qkv, probabilities, &mut trace.attended, &mut self.scratch);
            if layer + 1 == net.layout.layers.len() {
                self.keep_rows(member, slot);
            }
            self.finish_layer(member, layer, slot);
        }
        self.head(member, logits);
    }

    /// Starts the stream: the embedding of each token.
    pub fn embed(&mut self, member: Member, tokens: &[u32]) {
        let net = member.net;
        let d = net.config.hidden_size;
        self.stream.resize(tokens.len() * d, 0.0);
        let embed = &member.weights[net.layout.embed.clone()];
        for (row, &token) in self.stream.chunks_exact_mut(d).zip(tokens) {
            row.copy_from_slice(&embed[token as usize * d..][..d]);
        }
        for layer in &mut self.layers {
            layer.resize(&net.config, tokens.len());
        }
    }

    /// First half of a layer up to its queries, keys and values, not yet rotated.
    pub fn query_key_value(&mut self, member: Member, layer: usize, slot: usize) {
        let net = member.net;
        let d = net.config.hidden_size;
        let trace = &mut self.layers[slot];
        let gain = &member.weights[net.layout.layers[layer].attention_norm.clone()];
        trace.input.copy_from_slice(&self.stream);
        norm(
            &self.stream,
            gain,
            net.epsilon(),
            &mut trace.normed,
            &mut trace.input_scale,
        );
        multiply(
            size(self.stream.len() / d, d, 3 * d),
            rows(&trace.normed, d),
            &member.packed.layers[layer].query_key_value,
            rows_mut(&mut trace.query_key_value, 3 * d),
            Store::Replace,
        );
    }

    /// After the last attention: goes on with `rows` only, since nothing else looks at the others.
    pub fn keep_rows(&mut self, member: Member, slot: usize) {
        let d = member.net.config.hidden_size;
        let trace = &mut self.layers[slot];
        for values in [&mut self.stream, &mut trace.attended] {
            self.spare.clear();
            self.spare.reserve(values.len().max(self.rows.len() * d));
            for row in &self.rows {
                self.spare.extend_from_slice(&values[row * d..][..d]);
            }
            std::mem::swap(values, &mut self.spare);
        }
        trace.resize_second_half(&member.net.config, self.rows.len());
    }

    /// The rest of a layer after attention: its projection, and the gated half.
    pub fn finish_layer(&mut self, member: Member, layer: usize, slot: usize) {
        let net = member.net;
        let (d, f) = (net.config.hidden_size, net.config.intermediate_size);
        let m = self.stream.len() / d;
        let trace = &mut self.layers[slot];
        let packed = &member.packed.layers[layer];
        let stream = &mut self.stream;
        let attended = rows(&trace.attended, d);
        multiply(
            size(m, d, d),
            attended,
            &packed.attention_out,
            rows_mut(stream, d),
            Store::Add,
        );
        trace.middle.copy_from_slice(stream);
        let gain = &member.weights[net.layout.layers[layer].mlp_norm.clone()];
        norm(
            stream,
            gain,
            net.epsilon(),
            &mut trace.middle_normed,
            &mut trace.middle_scale,
        );
        multiply(
            size(m, d, 2 * f),
            rows(&trace.middle_normed, d),
            &packed.gate_up,
            rows_mut(&mut trace.gate_up, 2 * f),
            Store::Replace,
        );
        for (gate_up, gated) in trace.gate_up.chunks_exact(2 * f).zip(trace.gated.chunks_exact_mut(f)) {
            gate(gate_up, gated);
        }
        multiply(
            size(m, f, d),
            rows(&trace.gated, f),
            &packed.down,
            rows_mut(stream, d),
            Store::Add,
        );
    }

    /// Logits at every row that is left: `[k, v]`.
    pub fn head(&mut self, member: Member, logits: &mut [f32]) {
        let net = member.net;
        let (v, d) = (net.config.vocab_size, net.config.hidden_size);
        let k = self.rows.len();
        self.last_normed.resize(k * d, 0.0);
        self.last_scale.resize(k, 0.0);
        let gain = &member.weights[net.layout.norm.clone()];
        norm(
            &self.stream,
            gain,
            net.epsilon(),
            &mut self.last_normed,
            &mut self.last_scale,
        );
        let normed = rows(&self.last_normed, d);
        multiply(
            size(k, d, v),
            normed,
            &member.packed.head,
            rows_mut(logits, v),
            Store::Replace,
        );
    }
}

/// `silu(gate) up` of one row: `gate_up: [2f]`, `gated: [f]`.
fn gate(gate_up: &[f32], gated: &mut [f32]) {
    let exp = Exp::new();
    let (gates, ups) = gate_up.split_at(gated.len());
    let (gates, ups) = (gates.as_chunks::<4>().0, ups.as_chunks::<4>().0);
    for ((gate, up), gated) in gates.iter().zip(ups).zip(gated.as_chunks_mut::<4>().0) {
        let gate = F32x4::load(gate);
        (gate * exp.sigmoid(gate) * F32x4::load(up)).store(gated);
    }
}
