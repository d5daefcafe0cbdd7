//! The training step of a population, member after member, each in parts of a few sequences.

use super::adamw::AdamW;
use super::backward::Backward;
use super::forward::{Member, Net, Trace, part_sequences};
use super::layout::PackedModel;
use super::loss::{Hard, Scratch, Target};
use super::model::CpuModel;
use crate::objective::{Row, TargetTable};
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};
use std::rc::Rc;

/// Where a step's targets come from.
enum Source<'a> {
    Given(&'a StepInput<'a>),
    /// The logits of a teacher, at every position.
    Teacher(&'a mut CpuModel),
}

/// A population in training. After the first step, none allocates more than the losses that it returns.
#[derive(Clone, Debug)]
pub struct CpuPlan {
    shape: Shape,
    net: Net,
    /// `[p, parameters]`; shared with models that are asked, and copied only where one outlives a step.
    weights: Rc<[f32]>,
    optimizer: AdamW,
    mixture: Mixture,
    /// What targets from `v` on name.
    table: Rc<TargetTable>,
    work: Work,
}

/// Buffers of a step.
#[derive(Clone, Debug)]
struct Work {
    /// Of the present member, `[parameters]`.
    gradient: Vec<f32>,
    /// Its matrices.
    forward: PackedModel,
    transposed: PackedModel,
    trace: Trace,
    backward: Backward,
    /// Logits of the chosen rows, then the loss's gradient.
    logits: Vec<f32>,
    /// Those of a member's rows that lie in the present part and count.
    chosen: Vec<usize>,
    /// Their places in the part.
    places: Vec<usize>,
    loss: Scratch,
}

impl CpuPlan {
    /// `weights` are `[p, parameters]`.
    pub fn new(
        shape: Shape,
        weights: &[f32],
        optimizer: AdamWConfig,
        mixture: Mixture,
        table: Rc<TargetTable>,
    ) -> Self {
        let net = Net::new(&shape.config, shape.length);
        let size = shape.population * net.layout.count;
        assert_eq!(weights.len(), size, "parameters of every member");
        assert_eq!(mixture.temperature.len(), shape.population);
        assert_eq!(mixture.hard_weight.len(), shape.population);
        let work = Work {
            gradient: vec![0.0; net.layout.count],
            forward: PackedModel::default(),
            transposed: PackedModel::default(),
            trace: Trace::new(shape.config.num_hidden_layers),
            backward: Backward::default(),
            logits: Vec::new(),
            chosen: Vec::new(),
            places: Vec::new(),
            loss: Scratch::default(),
        };
        Self {
            net,
            weights: weights.into(),
            optimizer: AdamW::new(optimizer, size),
            mixture,
            table,
            work,
            shape,
        }
    }

    /// One update; returns the losses before it, `[p]`. Sequences may be shorter and rows fewer than the shape says, the same
    /// for all members.
    pub fn step(&mut self, input: &StepInput) -> Vec<f32> {
        self.update(input.tokens, &mut Source::Given(input), input.rate).0
    }

    /// Losses `[p]` and gradient `[p, parameters]` at the present weights.
    pub fn gradient(&mut self, input: &StepInput) -> (Vec<f32>, Vec<f32>) {
        let (mut losses, mut gradient) = (Vec::new(), Vec::with_capacity(self.weights.len()));
        for member in 0..self.shape.population {
            losses.push(self.member(member, input.tokens, &mut Source::Given(input)).0);
            gradient.extend_from_slice(&self.work.gradient);
        }
        (losses, gradient)
    }

    /// One update towards a teacher (of one member for all, or as many as there are here) at every position of
    /// `tokens: [p, b, t]`, with equal weights and no hard labels; returns the losses `[p]` and the mean entropies `[p]` of the
    /// teacher at temperature 1.
    pub fn step_from_teacher(&mut self, tokens: &[u32], teacher: &mut CpuModel, rate: f64) -> (Vec<f32>, Vec<f32>) {
        self.update(tokens, &mut Source::Teacher(teacher), rate)
    }

    /// What the rows of the next steps refer to.
    pub fn refer_to(&mut self, table: Rc<TargetTable>) {
        self.table = table;
    }

    /// Losses and mean target entropies before the update, `[p]` each. One member after the other, so that there is one
    /// gradient at a time.
    fn update(&mut self, tokens: &[u32], source: &mut Source, rate: f64) -> (Vec<f32>, Vec<f32>) {
        self.optimizer.updates += 1;
        let count = self.net.layout.count;
        let (mut losses, mut entropies) = (Vec::new(), Vec::new());
        for member in 0..self.shape.population {
            let (loss, entropy) = self.member(member, tokens, source);
            losses.push(loss);
            entropies.push(entropy);
            let weights = &mut Rc::make_mut(&mut self.weights)[member * count..][..count];
            self.optimizer.update(member, weights, &self.work.gradient, rate);
        }
        (losses, entropies)
    }

    /// Loss and mean target entropy of one member; leaves its gradient.
    fn member(&mut self, index: usize, tokens: &[u32], source: &mut Source) -> (f32, f32) {
        let Self {
            shape,
            net,
            mixture,
            table,
            work,
            ..
        } = self;
        let (count, v) = (net.layout.count, net.config.vocab_size);
        let n = tokens.len() / shape.population;
        let length = n / shape.sequences;
        assert!(
            length <= shape.length && tokens.len() == shape.population * shape.sequences * length,
            "tokens do not fit the shape"
        );
        let weights = &self.weights[index * count..][..count];
        let gradient = &mut work.gradient;
        gradient.fill(0.0);
        work.forward.pack(&net.config, &net.layout, weights);
        work.transposed.pack_transposed(&net.config, &net.layout, weights);
        let temperature = mixture.temperature[index];

        let (mut loss, mut entropy) = (0.0, 0.0);
        let part = part_sequences(length) * length;
        for start in (index * n..(index + 1) * n).step_by(part) {
            let end = (start + part).min((index + 1) * n);
            let tokens = &tokens[start..end];
            work.chosen.clear();
            work.places.clear();
            match source {
                Source::Given(input) => {
                    let k = input.rows.len() / shape.population;
                    let counts =
                        |row: &usize| input.weights[*row] != 0.0 && (start..end).contains(&(input.rows[*row] as usize));
                    work.chosen.extend((index * k..(index + 1) * k).filter(counts));
                    work.places
                        .extend(work.chosen.iter().map(|&row| input.rows[row] as usize - start));
                }
                Source::Teacher(_) => work.places.extend(0..end - start),
            }
            if work.places.is_empty() {
                continue;
            }
            let forward = Member {
                net,
                weights,
                packed: &work.forward,
            };
            work.logits.resize(work.places.len() * v, 0.0);
            let places = work.places.iter().copied();
            work.trace.run(forward, tokens, length, places, &mut work.logits);
            let rows = work.logits.chunks_exact_mut(v);
            match source {
                Source::Given(input) => {
                    for (&row, logits) in work.chosen.iter().zip(rows) {
                        let target = match table.row(input.targets[row]) {
                            None => Target::Token(input.targets[row] as usize),
                            Some(Row::Logits(logits)) => Target::Logits(logits),
                            Some(Row::Shown { pairs, rest }) => Target::Shown { pairs, rest },
                        };
                        let hard = Hard {
                            weight: mixture.hard_weight[index],
                            label: input.labels[row] as usize,
                        };
                        let weight = input.weights[row];
                        loss += weight * work.loss.row(logits, target, hard, temperature, weight);
                    }
                }
                Source::Teacher(teacher) => {
                    let (member, weight) = (index.min(teacher.population() - 1), 1.0 / n as f32);
                    let targets = teacher.part_logits(member, tokens, length);
                    let hard = Hard { weight: 0.0, label: 0 };
                    for (target, logits) in targets.chunks_exact(v).zip(rows) {
                        loss += weight * work.loss.row(logits, Target::Logits(target), hard, temperature, weight);
                        let of_target = if temperature == 1.0 {
                            work.loss.entropy
                        } else {
                            work.loss.plain_entropy(target)
                        };
                        entropy += weight * of_target;
                    }
                }
            }
            let backward = Member {
                net,
                weights,
                packed: &work.transposed,
            };
            work.backward.run(backward, &work.trace, tokens, &work.logits, gradient);
        }
        (loss, entropy)
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// `[p, parameters]`.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The same, as they are now: a step leaves them alone as long as they are shared.
    pub fn shared_weights(&self) -> Rc<[f32]> {
        self.weights.clone()
    }

    /// First and second moments, `[p, parameters]` each.
    pub fn moments(&self) -> (&[f32], &[f32]) {
        (&self.optimizer.first, &self.optimizer.second)
    }

    /// Updates made so far.
    pub fn updates(&self) -> u32 {
        self.optimizer.updates
    }

    /// Continues from a saved state.
    pub fn restore(&mut self, weights: &[f32], first: &[f32], second: &[f32], updates: u32) {
        self.weights = weights.into();
        self.optimizer.first.copy_from_slice(first);
        self.optimizer.second.copy_from_slice(second);
        self.optimizer.updates = updates;
    }
}
