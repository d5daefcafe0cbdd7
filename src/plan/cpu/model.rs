//! A model that only answers: logits at chosen rows of whole sequences.

use super::forward::{Member, Net, Trace, part_sequences};
use super::layout::PackedModel;
use crate::model::LlamaConfig;

/// A population of models with their matrices packed once.
#[derive(Clone, Debug)]
pub struct CpuModel {
    pub(super) net: Net,
    weights: Vec<f32>,
    packed: Vec<PackedModel>,
    trace: Trace,
    logits: Vec<f32>,
    chosen: Vec<usize>,
}

impl CpuModel {
    /// `weights` are `[population, parameters]`; no sequence may be longer than `most_positions`.
    pub fn new(config: &LlamaConfig, weights: &[f32], population: usize, most_positions: usize) -> Self {
        let net = Net::new(config, most_positions);
        assert_eq!(
            weights.len(),
            population * net.layout.count,
            "parameters of every member"
        );
        let packed = weights
            .chunks_exact(net.layout.count)
            .map(|weights| {
                let mut packed = PackedModel::default();
                packed.pack(config, &net.layout, weights);
                packed
            })
            .collect();
        Self {
            net,
            weights: weights.to_vec(),
            packed,
            trace: Trace::new(1),
            logits: Vec::new(),
            chosen: Vec::new(),
        }
    }

    pub fn population(&self) -> usize {
        self.packed.len()
    }

    pub(super) fn member(&self, member: usize) -> Member<'_> {
        Member {
            net: &self.net,
            weights: &self.weights[member * self.net.layout.count..][..self.net.layout.count],
            packed: &self.packed[member],
        }
    }

    /// Logits of every position of `tokens`, some sequences of `length`, by one member: `[tokens, v]`.
    pub(super) fn part_logits(&mut self, member: usize, tokens: &[u32], length: usize) -> &[f32] {
        let mut trace = std::mem::take(&mut self.trace);
        let mut logits = std::mem::take(&mut self.logits);
        logits.resize(tokens.len() * self.net.config.vocab_size, 0.0);
        trace.run(self.member(member), tokens, length, 0..tokens.len(), &mut logits);
        (self.trace, self.logits) = (trace, logits);
        &self.logits
    }

    /// Logits at `rows: [p, k]` (positions in `[p, b, t]` flattened, each in its member's part) of `tokens: [p, b, t]`, whose
    /// sequences are `length` long; `out` becomes `[p, k, v]`.
    pub fn logits_at(&mut self, tokens: &[u32], length: usize, rows: &[u32], out: &mut Vec<f32>) {
        let (v, d, population) = (
            self.net.config.vocab_size,
            self.net.config.hidden_size,
            self.population(),
        );
        let (n, k) = (tokens.len() / population, rows.len() / population);
        out.resize(rows.len() * v, 0.0);
        let (mut trace, mut chosen) = (std::mem::take(&mut self.trace), std::mem::take(&mut self.chosen));
        let mut logits = std::mem::take(&mut self.logits);
        let part = part_sequences(length) * length;
        for member in 0..population {
            let rows = &rows[member * k..][..k];
            for start in (member * n..(member + 1) * n).step_by(part) {
                let end = (start + part).min((member + 1) * n);
                chosen.clear();
                chosen.extend((0..k).filter(|&row| (start..end).contains(&(rows[row] as usize))));
                if chosen.is_empty() {
                    continue;
                }
                logits.resize(chosen.len() * v, 0.0);
                let places = chosen.iter().map(|&row| rows[row] as usize - start);
                trace.run(self.member(member), &tokens[start..end], length, places, &mut logits);
                for (&row, logits) in chosen.iter().zip(logits.chunks_exact(v)) {
                    out[(member * k + row) * v..][..v].copy_from_slice(logits);
                }
            }
        }
        debug_assert!(trace.stream.len().is_multiple_of(d));
        (self.trace, self.chosen, self.logits) = (trace, chosen, logits);
    }
}

/// [`CpuModel::logits_at`] for a single call.
pub fn logits_at(
    config: &LlamaConfig,
    weights: &[f32],
    population: usize,
    tokens: &[u32],
    length: usize,
    rows: &[u32],
    out: &mut Vec<f32>,
) {
    CpuModel::new(config, weights, population, length).logits_at(tokens, length, rows, out);
}
