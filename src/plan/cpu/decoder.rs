//! Token by token: keys and values of what came before are kept.

use super::forward::Trace;
use super::model::CpuModel;
use crate::model::LlamaConfig;
use std::rc::Rc;

/// A population of models, each with some sequences that grow together.
#[derive(Clone, Debug)]
pub struct Decoder {
    model: CpuModel,
    trace: Trace,
    sequences: usize,
    most_positions: usize,
    /// Tokens of every sequence so far.
    length: usize,
    /// Per layer, rotated keys and values: `[p, sequences, most_positions, 2d]`.
    cache: Vec<Vec<f32>>,
    scores: Vec<f32>,
}

impl Decoder {
    /// `weights` are `[population, parameters]`.
    pub fn new(
        config: &LlamaConfig,
        weights: impl Into<Rc<[f32]>>,
        population: usize,
        sequences_per_member: usize,
        most_positions: usize,
    ) -> Self {
        let size = population * sequences_per_member * most_positions * 2 * config.hidden_size;
        Self {
            model: CpuModel::new(config, weights, population, most_positions),
            trace: Trace::new(1),
            sequences: sequences_per_member,
            most_positions,
            length: 0,
            cache: vec![vec![0.0; size]; config.num_hidden_layers],
            scores: vec![0.0; most_positions],
        }
    }

    /// Tokens of every sequence so far.
    pub fn positions(&self) -> usize {
        self.length
    }

    /// Forgets all tokens.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// Appends `length` tokens to every sequence, `tokens: [p, sequences, length]`; returns the logits of the last, `[p * sequences, v]`.
    pub fn next(&mut self, tokens: &[u32], length: usize) -> Vec<f32> {
        assert!(
            length > 0 && self.length + length <= self.most_positions,
            "too many positions"
        );
        assert_eq!(tokens.len(), self.model.population() * self.sequences * length);
        let v = self.model.config().vocab_size;
        let mut out = vec![0.0; self.model.population() * self.sequences * v];
        let parts = tokens.chunks_exact(self.sequences * length);
        for (member, (tokens, out)) in parts.zip(out.chunks_exact_mut(self.sequences * v)).enumerate() {
            self.member(member, tokens, length, out);
        }
        self.length += length;
        out
    }

    fn member(&mut self, index: usize, tokens: &[u32], length: usize, out: &mut [f32]) {
        let (member, trace) = (self.model.member(index), &mut self.trace);
        let net = member.net;
        let d = net.config.hidden_size;
        let (layers, last) = (
            self.cache.len(),
            (1..=self.sequences).map(|sequence| sequence * length - 1),
        );
        trace.rows.clear();
        trace.rows.extend(last);
        trace.embed(member, tokens);
        for (layer, cache) in self.cache.iter_mut().enumerate() {
            trace.query_key_value(member, layer, 0);
            let slot = &mut trace.layers[0];
            net.rotary.turn(&mut slot.query_key_value, length, self.length);
            let each = slot
                .query_key_value
                .chunks_exact(3 * d)
                .zip(slot.attended.chunks_exact_mut(d));
            for (row, (qkv, attended)) in each.enumerate() {
                let (sequence, position) = (index * self.sequences + row / length, self.length + row % length);
                let cache = &mut cache[sequence * self.most_positions * 2 * d..][..(position + 1) * 2 * d];
                cache[position * 2 * d..].copy_from_slice(&qkv[d..]);
                look_back(&qkv[..d], cache, net.config.head_dim(), &mut self.scores, attended);
            }
            if layer + 1 == layers {
                trace.keep_rows(member, 0);
            }
            trace.finish_layer(member, layer, 0);
        }
        trace.head(member, out);
    }
}

/// Attention of one position to itself and all before: `query: [d]`, `cache: [positions, 2d]`, `out: [d]`.
fn look_back(query: &[f32], cache: &[f32], head_dim: usize, scores: &mut [f32], out: &mut [f32]) {
    let d = query.len();
    let scale = (head_dim as f32).sqrt().recip();
    for (head, (query, out)) in query
        .chunks_exact(head_dim)
        .zip(out.chunks_exact_mut(head_dim))
        .enumerate()
    {
        let scores = &mut scores[..cache.len() / (2 * d)];
        for (score, row) in scores.iter_mut().zip(cache.chunks_exact(2 * d)) {
            let key = &row[head * head_dim..][..head_dim];
            *score = scale * query.iter().zip(key).map(|(q, k)| q * k).sum::<f32>();
        }
        let largest = scores.iter().copied().fold(f32::MIN, f32::max);
        scores.iter_mut().for_each(|score| *score = (*score - largest).exp());
        let share = scores.iter().sum::<f32>().recip();
        out.fill(0.0);
        for (score, row) in scores.iter().zip(cache.chunks_exact(2 * d)) {
            let weight = score * share;
            let value = &row[d + head * head_dim..][..head_dim];
            out.iter_mut()
                .zip(value)
                .for_each(|(out, value)| *out += weight * value);
        }
    }
}
