//! The backward pass of the sequences that a [`Trace`] holds; adds to the gradient of their member.

use super::attention::{Scratch, attend_backward};
use super::forward::{Member, Trace};
use super::matmul::{Packed, Store, multiply, multiply_transposed, rows, rows_mut, size};
use super::norm::norm_backward;
use super::simd::{Exp, F32x4};

/// Buffers of a backward pass.
#[derive(Clone, Debug, Default)]
pub struct Backward {
    /// Gradient of the residual stream, `[m, d]`.
    stream: Vec<f32>,
    /// Gradient of what a product read, `[m, d]`.
    read: Vec<f32>,
    query_key_value: Vec<f32>,
    gated: Vec<f32>,
    gate_up: Vec<f32>,
    /// The upstream gradient as right factor of `dW = x^T dy`.
    packed: Packed,
    scratch: Scratch,
    spare: Vec<f32>,
}

impl Backward {
    /// Adds the gradient of all parameters; `dlogits: [chosen, v]` is the loss's, `member.packed` holds the transposes.
    pub fn run(&mut self, member: Member, trace: &Trace, tokens: &[u32], dlogits: &[f32], gradient: &mut [f32]) {
        let net = member.net;
        let d = net.config.hidden_size;
        self.head(member, trace, dlogits, gradient);
        for layer in (0..net.layout.layers.len()).rev() {
            self.gated_half(member, trace, layer, gradient);
            self.attention_half(member, trace, layer, gradient);
        }
        let embed = &mut gradient[net.layout.embed.clone()];
        for (source, &token) in self.stream.chunks_exact(d).zip(tokens) {
            add(&mut embed[token as usize * d..][..d], source);
        }
    }

    /// From the logits to the stream, which has only the rows of the logits until the last layer's attention.
    fn head(&mut self, member: Member, trace: &Trace, dlogits: &[f32], gradient: &mut [f32]) {
        let net = member.net;
        let (v, d) = (net.config.vocab_size, net.config.hidden_size);
        let k = dlogits.len() / v;
        self.packed.pack(rows(dlogits, v), k, v);
        let head = rows_mut(&mut gradient[net.layout.head.clone()], v);
        multiply_transposed(
            size(d, k, v),
            rows(&trace.last_normed, d),
            &self.packed,
            head,
            Store::Add,
        );
        self.read.resize(k * d, 0.0);
        let target = rows_mut(&mut self.read, d);
        multiply(
            size(k, v, d),
            rows(dlogits, v),
            &member.packed.head,
            target,
            Store::Replace,
        );
        self.stream.clear();
        self.stream.resize(k * d, 0.0);
        norm_backward(
            &trace.stream,
            &member.weights[net.layout.norm.clone()],
            &trace.last_scale,
            &self.read,
            &mut self.stream,
            &mut gradient[net.layout.norm.clone()],
        );
    }

    /// Through `x + (silu(m Wg) (m Wu)) Wd`, `m = norm(x)`.
    fn gated_half(&mut self, member: Member, trace: &Trace, layer: usize, gradient: &mut [f32]) {
        let net = member.net;
        let (d, f) = (net.config.hidden_size, net.config.intermediate_size);
        let m = self.stream.len() / d;
        let (place, packed) = (&net.layout.layers[layer], &member.packed.layers[layer]);
        let trace = &trace.layers[layer];
        self.packed.pack(rows(&self.stream, d), m, d);
        let down = rows_mut(&mut gradient[place.down.clone()], d);
        multiply_transposed(size(f, m, d), rows(&trace.gated, f), &self.packed, down, Store::Add);
        self.gated.resize(m * f, 0.0);
        let target = rows_mut(&mut self.gated, f);
        multiply(
            size(m, d, f),
            rows(&self.stream, d),
            &packed.down,
            target,
            Store::Replace,
        );

        self.gate_up.resize(m * 2 * f, 0.0);
        let each = trace.gate_up.chunks_exact(2 * f).zip(self.gated.chunks_exact(f));
        for ((gate_up, dgated), dgate_up) in each.zip(self.gate_up.chunks_exact_mut(2 * f)) {
            gate_backward(gate_up, dgated, dgate_up);
        }

        self.packed.pack(rows(&self.gate_up, 2 * f), m, 2 * f);
        let gate_up = rows_mut(&mut gradient[place.gate_up.clone()], 2 * f);
        let normed = rows(&trace.middle_normed, d);
        multiply_transposed(size(d, m, 2 * f), normed, &self.packed, gate_up, Store::Add);
        self.read.resize(m * d, 0.0);
        let target = rows_mut(&mut self.read, d);
        multiply(
            size(m, 2 * f, d),
            rows(&self.gate_up, 2 * f),
            &packed.gate_up,
            target,
            Store::Replace,
        );
        norm_backward(
            &trace.middle,
            &member.weights[place.mlp_norm.clone()],
            &trace.middle_scale,
            &self.read,
            &mut self.stream,
            &mut gradient[place.mlp_norm.clone()],
        );
    }

    /// Through `x + attention(norm(x)) Wo`.
    fn attention_half(&mut self, member: Member, trace: &Trace, layer: usize, gradient: &mut [f32]) {
        let net = member.net;
        let d = net.config.hidden_size;
        let m = self.stream.len() / d;
        let (place, packed) = (&net.layout.layers[layer], &member.packed.layers[layer]);
        let (length, kept, last) = (trace.length, &trace.rows, layer + 1 == trace.layers.len());
        let trace = &trace.layers[layer];
        self.packed.pack(rows(&self.stream, d), m, d);
        let out = rows_mut(&mut gradient[place.attention_out.clone()], d);
        multiply_transposed(size(d, m, d), rows(&trace.attended, d), &self.packed, out, Store::Add);
        self.read.resize(m * d, 0.0);
        let target = rows_mut(&mut self.read, d);
        multiply(
            size(m, d, d),
            rows(&self.stream, d),
            &packed.attention_out,
            target,
            Store::Replace,
        );

        let m = trace.input.len() / d;
        if last {
            for values in [&mut self.stream, &mut self.read] {
                spread(values, &mut self.spare, kept, m, d);
            }
        }
        self.query_key_value.resize(m * 3 * d, 0.0);
        attend_backward(
            net.heads(length),
            &trace.query_key_value,
            &trace.probabilities,
            &self.read,
            &mut self.query_key_value,
            &mut self.scratch,
        );
        net.rotary.turn_back(&mut self.query_key_value, length);

        self.packed.pack(rows(&self.query_key_value, 3 * d), m, 3 * d);
        let query_key_value = rows_mut(&mut gradient[place.query_key_value.clone()], 3 * d);
        let normed = rows(&trace.normed, d);
        multiply_transposed(size(d, m, 3 * d), normed, &self.packed, query_key_value, Store::Add);
        let upstream = rows(&self.query_key_value, 3 * d);
        let target = rows_mut(&mut self.read, d);
        multiply(
            size(m, 3 * d, d),
            upstream,
            &packed.query_key_value,
            target,
            Store::Replace,
        );
        norm_backward(
            &trace.input,
            &member.weights[place.attention_norm.clone()],
            &trace.input_scale,
            &self.read,
            &mut self.stream,
            &mut gradient[place.attention_norm.clone()],
        );
    }
}

/// Puts the rows of `values: [k, d]` in their places among `m`; where several have the same, they add up.
fn spread(values: &mut Vec<f32>, spare: &mut Vec<f32>, places: &[usize], m: usize, d: usize) {
    spare.clear();
    spare.resize(m * d, 0.0);
    for (source, place) in values.chunks_exact(d).zip(places) {
        add(&mut spare[place * d..][..d], source);
    }
    std::mem::swap(values, spare);
}

fn add(target: &mut [f32], source: &[f32]) {
    target
        .iter_mut()
        .zip(source)
        .for_each(|(target, value)| *target += value);
}

/// Gradient of `silu(gate) up` of one row: `dgate = dy up s (1 + gate (1 - s))` with `s = sigmoid(gate)`, `dup = dy gate s`.
fn gate_backward(gate_up: &[f32], dgated: &[f32], dgate_up: &mut [f32]) {
    let f = dgated.len();
    let (gates, ups) = gate_up.split_at(f);
    let (dgates, dups) = dgate_up.split_at_mut(f);
    let forward = gates.as_chunks::<4>().0.iter().zip(ups.as_chunks::<4>().0);
    let backward = dgates
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .zip(dups.as_chunks_mut::<4>().0);
    let exp = Exp::new();
    for (((gate, up), dy), (dgate, dup)) in forward.zip(dgated.as_chunks::<4>().0).zip(backward) {
        let (gate, up, dy) = (F32x4::load(gate), F32x4::load(up), F32x4::load(dy));
        let s = exp.sigmoid(gate);
        (dy * gate * s).store(dup);
        (dy * up * s * gate.multiply_add(exp.one - s, exp.one)).store(dgate);
    }
}
