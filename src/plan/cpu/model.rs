//! Models that only answer: logits at chosen rows of whole sequences.

use super::forward::{Member, Net, Trace, part_sequences};
use super::layout::PackedModel;
use crate::model::LlamaConfig;
use std::rc::Rc;

/// What a population is asked with: buffers, and the matrices of the member that was asked last. They are packed again for
/// another one: of forty members, all of them would take as much as the weights themselves.
#[derive(Clone, Debug)]
pub struct Answerer {
    pub(super) net: Net,
    packed: PackedModel,
    packed_of: Option<usize>,
    trace: Trace,
    logits: Vec<f32>,
    chosen: Vec<usize>,
}

impl Answerer {
    /// No sequence may be longer than `most_positions`.
    pub fn new(config: &LlamaConfig, most_positions: usize) -> Self {
        Self {
            net: Net::new(config, most_positions),
            packed: PackedModel::default(),
            packed_of: None,
            trace: Trace::new(1),
            logits: Vec::new(),
            chosen: Vec::new(),
        }
    }

    /// To be called where weights have changed since the last question.
    pub fn forget(&mut self) {
        self.packed_of = None;
    }

    /// One member of `weights: [p, parameters]`.
    pub(super) fn member<'a>(&'a mut self, weights: &'a [f32], member: usize) -> Member<'a> {
        let weights = &weights[member * self.net.layout.count..][..self.net.layout.count];
        if self.packed_of.replace(member) != Some(member) {
            self.packed.pack(&self.net.config, &self.net.layout, weights);
        }
        Member {
            net: &self.net,
            weights,
            packed: &self.packed,
        }
    }

    /// Logits of every position of `tokens`, some sequences of `length`, by one member: `[tokens, v]`.
    pub(super) fn part_logits(&mut self, weights: &[f32], member: usize, tokens: &[u32], length: usize) -> &[f32] {
        let mut trace = std::mem::take(&mut self.trace);
        let mut logits = std::mem::take(&mut self.logits);
        logits.resize(tokens.len() * self.net.config.vocab_size, 0.0);
        trace.run(
            self.member(weights, member),
            tokens,
            length,
            0..tokens.len(),
            &mut logits,
        );
        (self.trace, self.logits) = (trace, logits);
        &self.logits
    }

    /// Logits of `weights: [p, parameters]` at `rows: [p, k]` (positions in `[p, b, t]` flattened, each in its member's part) of
    /// `tokens: [p, b, t]`, whose sequences are `length` long; `out` becomes `[p, k, v]`.
    pub fn logits_at(&mut self, weights: &[f32], tokens: &[u32], length: usize, rows: &[u32], out: &mut Vec<f32>) {
        let (v, population) = (self.net.config.vocab_size, weights.len() / self.net.layout.count);
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
                trace.run(
                    self.member(weights, member),
                    &tokens[start..end],
                    length,
                    places,
                    &mut logits,
                );
                for (&row, logits) in chosen.iter().zip(logits.chunks_exact(v)) {
                    out[(member * k + row) * v..][..v].copy_from_slice(logits);
                }
            }
        }
        (self.trace, self.chosen, self.logits) = (trace, chosen, logits);
    }
}

/// A population with what it is asked with. Clones share the weights.
#[derive(Clone, Debug)]
pub struct CpuModel {
    /// `[p, parameters]`.
    weights: Rc<[f32]>,
    answerer: Answerer,
}

impl CpuModel {
    /// `weights` are `[population, parameters]`; no sequence may be longer than `most_positions`.
    pub fn new(config: &LlamaConfig, weights: impl Into<Rc<[f32]>>, population: usize, most_positions: usize) -> Self {
        let (weights, answerer) = (weights.into(), Answerer::new(config, most_positions));
        assert_eq!(
            weights.len(),
            population * answerer.net.layout.count,
            "parameters of every member"
        );
        Self { weights, answerer }
    }

    pub fn population(&self) -> usize {
        self.weights.len() / self.answerer.net.layout.count
    }

    pub(super) fn config(&self) -> &LlamaConfig {
        &self.answerer.net.config
    }

    pub(super) fn member(&mut self, member: usize) -> Member<'_> {
        self.answerer.member(&self.weights, member)
    }

    /// As [`Answerer::part_logits`].
    pub(super) fn part_logits(&mut self, member: usize, tokens: &[u32], length: usize) -> &[f32] {
        self.answerer.part_logits(&self.weights, member, tokens, length)
    }

    /// As [`Answerer::logits_at`].
    pub fn logits_at(&mut self, tokens: &[u32], length: usize, rows: &[u32], out: &mut Vec<f32>) {
        self.answerer.logits_at(&self.weights, tokens, length, rows, out);
    }
}

/// [`CpuModel::logits_at`] for a single call.
pub fn logits_at(
    config: &LlamaConfig,
    weights: &[f32],
    tokens: &[u32],
    length: usize,
    rows: &[u32],
    out: &mut Vec<f32>,
) {
    Answerer::new(config, length).logits_at(weights, tokens, length, rows, out);
}
