//! What one hand does for its members.

use super::StepPart;
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, cpu};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::rc::Rc;

/// What a hand must know of a run besides the numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    /// With the members of this hand as its population.
    pub shape: Shape,
    pub optimizer: AdamWConfig,
    pub mixture: Mixture,
}

/// Some members of a population, in training.
pub struct Hand {
    plan: cpu::CpuPlan,
    /// Losses that nobody asked for yet, `[steps, members]`.
    unread: Vec<f32>,
    /// What its members are asked with.
    answerer: cpu::Answerer,
    decoders: HashMap<u32, cpu::Decoder>,
}

impl Hand {
    /// `weights: [members, parameters]`.
    pub fn new(post: Post, weights: &[f32]) -> Self {
        let config = &post.shape.config;
        let table = Rc::new(TargetTable::new(config.vocab_size));
        let answerer = cpu::Answerer::new(config, config.max_position_embeddings);
        Self {
            plan: cpu::CpuPlan::new(post.shape, weights, post.optimizer, post.mixture, table),
            unread: Vec::new(),
            answerer,
            decoders: HashMap::new(),
        }
    }

    /// One update of every member.
    pub fn step(&mut self, part: &StepPart, rate: f64) {
        self.answerer.forget();
        self.take_table(part);
        self.unread.extend(self.plan.step(&part.input(rate)));
    }

    /// Losses of the steps since they were last asked for, `[steps, members]`.
    pub fn losses(&mut self) -> Vec<f32> {
        std::mem::take(&mut self.unread)
    }

    /// Losses `[members]`, followed by their gradient `[members, parameters]`.
    pub fn gradient(&mut self, part: &StepPart) -> Vec<f32> {
        self.take_table(part);
        let (mut both, gradient) = self.plan.gradient(&part.input(0.0));
        both.extend(gradient);
        both
    }

    /// `[members, parameters]`.
    pub fn weights(&self) -> &[f32] {
        self.plan.weights()
    }

    /// Logits at `rows: [members, k]` of `tokens: [members, b, length]`, `[members, k, v]`.
    pub fn logits_at(&mut self, tokens: &[u32], length: usize, rows: &[u32]) -> Vec<f32> {
        let mut logits = Vec::new();
        self.answerer
            .logits_at(self.plan.weights(), tokens, length, rows, &mut logits);
        logits
    }

    /// Starts to read `sequences` per member with the weights of this moment, under a number of the caller's.
    pub fn start_decoder(&mut self, number: u32, sequences: usize, positions: usize) {
        let shape = self.plan.shape();
        let weights = self.plan.shared_weights();
        let decoder = cpu::Decoder::new(&shape.config, weights, shape.population, sequences, positions);
        self.decoders.insert(number, decoder);
    }

    /// Reads `length` more tokens of every sequence, `[members, b, length]`: the logits after the last, `[members, b, v]`; none
    /// where there is no such decoder.
    pub fn next(&mut self, number: u32, tokens: &[u32], length: usize) -> Option<Vec<f32>> {
        Some(self.decoders.get_mut(&number)?.next(tokens, length))
    }

    pub fn drop_decoder(&mut self, number: u32) {
        self.decoders.remove(&number);
    }

    fn take_table(&mut self, part: &StepPart) {
        let vocab = self.plan.shape().config.vocab_size;
        self.plan.refer_to(Rc::new(part.table(vocab)));
    }
}
