//! Random steps of every kind.

use super::reference;
use crate::model::LlamaConfig;
use crate::objective::{Row, TargetTable};
use crate::plan::cpu::CpuPlan;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};
use std::rc::Rc;

/// A small generator: numbers in `-0.5..0.5`.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    }

    pub fn below(&mut self, end: usize) -> usize {
        ((self.next() + 0.5) * end as f32) as usize % end
    }

    pub fn many(&mut self, count: usize, scale: f32) -> Vec<f32> {
        (0..count).map(|_| self.next() * scale).collect()
    }
}

pub const OPTIMIZER: AdamWConfig = AdamWConfig {
    beta1: 0.9,
    beta2: 0.98,
    epsilon: 1e-8,
    weight_decay: 0.01,
    clip: Some(1.0),
};

pub fn config(hidden: usize, vocab: usize, heads: usize) -> LlamaConfig {
    let mut config = LlamaConfig::sized(vocab, hidden, hidden + 4, 2);
    config.num_attention_heads = heads;
    config
}

pub fn weights(config: &LlamaConfig, population: usize, seed: u64) -> Vec<f32> {
    let mut numbers = Numbers(seed);
    let mut all = Vec::new();
    for _ in 0..population {
        for (name, shape) in config.parameters() {
            let count = shape.iter().product();
            let middle = if name.ends_with("norm") { 1.0 } else { 0.0 };
            all.extend(numbers.many(count, 0.9).into_iter().map(|x| x + middle));
        }
    }
    all
}

/// A step of every kind: tokens and table rows as targets, hidden tokens, padding, a hard part, a temperature.
pub struct Case {
    pub shape: Shape,
    pub weights: Vec<f32>,
    pub mixture: Mixture,
    pub table: Rc<TargetTable>,
    pub tokens: Vec<u32>,
    pub rows: Vec<u32>,
    pub targets: Vec<u32>,
    pub labels: Vec<u32>,
    pub row_weights: Vec<f32>,
}

impl Case {
    pub fn new(config: LlamaConfig, population: usize, sequences: usize, length: usize, k: usize) -> Self {
        let mut numbers = Numbers(population as u64 * 31 + length as u64);
        let (v, n, table_rows) = (config.vocab_size, sequences * length, 5);
        let each = |numbers: &mut Numbers, end: usize| -> Vec<u32> {
            (0..population * k).map(|_| numbers.below(end) as u32).collect()
        };
        let rows = each(&mut numbers, n);
        let mut table = TargetTable::new(v);
        for row in 0..table_rows {
            if row % 2 == 0 {
                table.push_logits(&numbers.many(v, 4.0));
            } else {
                // Of odd and of even numbers of tokens, in any order.
                let shown = numbers.many(row + 1, 2.0).into_iter().enumerate();
                let shown: Vec<(u32, f32)> = shown.map(|(i, x)| (((5 * i + row) % v) as u32, x - 3.0)).collect();
                let mass: f32 = shown.iter().map(|(_, log)| log.exp()).sum();
                table.push_top_k(&shown, 1.0 - mass);
            }
        }
        Self {
            weights: weights(&config, population, 5),
            mixture: Mixture {
                temperature: (0..population).map(|member| 0.7 + 0.8 * member as f32).collect(),
                hard_weight: (0..population).map(|member| [0.3, 0.0, 1.0][member % 3]).collect(),
            },
            table: Rc::new(table),
            tokens: (0..population * n).map(|_| numbers.below(v) as u32).collect(),
            rows: rows
                .iter()
                .enumerate()
                .map(|(i, row)| row + (i / k * n) as u32)
                .collect(),
            targets: each(&mut numbers, v + table_rows)
                .into_iter()
                .enumerate()
                .map(|(i, target)| {
                    if i % 2 == 0 {
                        (v + i % table_rows) as u32
                    } else {
                        target
                    }
                })
                .collect(),
            labels: each(&mut numbers, v),
            row_weights: (0..population * k)
                .map(|row| if row % 4 == 3 { 0.0 } else { 0.2 + numbers.next() * 0.2 })
                .collect(),
            shape: Shape {
                config,
                population,
                sequences,
                length,
                rows: k,
            },
        }
    }

    pub fn plan(&self) -> CpuPlan {
        CpuPlan::new(
            self.shape.clone(),
            &self.weights,
            OPTIMIZER,
            self.mixture.clone(),
            self.table.clone(),
        )
    }

    pub fn input(&self) -> StepInput<'_> {
        StepInput {
            tokens: &self.tokens,
            rows: &self.rows,
            targets: &self.targets,
            labels: &self.labels,
            weights: &self.row_weights,
            rate: 1e-2,
        }
    }

    /// The same with one member only.
    pub fn alone(&self, member: usize) -> Self {
        let part = |all: &[u32], count: usize| all[member * count..(member + 1) * count].to_vec();
        let (n, k) = (self.shape.sequences * self.shape.length, self.shape.rows);
        let count = self.shape.config.parameter_count();
        Self {
            shape: Shape {
                population: 1,
                ..self.shape.clone()
            },
            weights: self.weights[member * count..][..count].to_vec(),
            mixture: Mixture {
                temperature: vec![self.mixture.temperature[member]],
                hard_weight: vec![self.mixture.hard_weight[member]],
            },
            table: self.table.clone(),
            tokens: part(&self.tokens, n),
            rows: part(&self.rows, k)
                .into_iter()
                .map(|row| row - (member * n) as u32)
                .collect(),
            targets: part(&self.targets, k),
            labels: part(&self.labels, k),
            row_weights: self.row_weights[member * k..][..k].to_vec(),
        }
    }

    pub fn reference_rows(&self) -> Vec<reference::Row> {
        let v = self.table.vocab();
        let row = |i: usize| reference::Row {
            at: self.rows[i] as usize,
            label: self.labels[i] as usize,
            weight: f64::from(self.row_weights[i]),
            target: match self.table.row(self.targets[i]) {
                None => reference::Target::Token(self.targets[i] as usize),
                Some(Row::Logits(logits)) => reference::Target::Logits(wide(logits), vec![false; v]),
                Some(Row::Shown { pairs, rest }) => {
                    let (mut logits, mut hidden) = (vec![f64::from(rest); v], vec![true; v]);
                    for &[token, log] in pairs {
                        (logits[token as usize], hidden[token as usize]) = (f64::from(log), false);
                    }
                    reference::Target::Logits(logits, hidden)
                }
            },
        };
        (0..self.rows.len()).map(row).collect()
    }
}

pub fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}
