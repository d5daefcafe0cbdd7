//! Dividing what belongs to a population among hands, and putting their answers together.

use crate::objective::TargetTable;
use crate::plan::StepInput;
use std::ops::Range;

/// The members of each hand, one after another: as equally many as can be, and at least one.
pub(super) fn divide(population: usize, hands: usize) -> Vec<Range<usize>> {
    let hands = hands.clamp(1, population.max(1));
    (0..hands)
        .map(|hand| hand * population / hands..(hand + 1) * population / hands)
        .collect()
}

/// What belongs to `members` of `values: [p, ..]`.
pub(super) fn of_members<'a, T>(values: &'a [T], population: usize, members: &Range<usize>) -> &'a [T] {
    let each = values.len() / population;
    &values[members.start * each..members.end * each]
}

/// `rows: [p, k]`, positions in `tokens: [p, b, t]` flattened, as positions in the part of `members`. A row outside the part
/// (padding of a member without rows) stays outside.
pub(super) fn rows_of_members(rows: &[u32], tokens: &[u32], population: usize, members: &Range<usize>) -> Vec<u32> {
    let start = members.start * tokens.len() / population;
    let rows = of_members(rows, population, members);
    rows.iter().map(|row| row.wrapping_sub(start as u32)).collect()
}

/// `[steps, members]` of each hand, as `[steps, p]`.
pub(super) fn join_steps(parts: &[Vec<f32>], members: &[Range<usize>]) -> Vec<f32> {
    let steps = parts
        .iter()
        .zip(members)
        .map(|(part, members)| part.len() / members.len());
    (0..steps.min().unwrap_or(0))
        .flat_map(|step| {
            let of_step = move |(part, members): (&Vec<f32>, &Range<usize>)| {
                part[step * members.len()..][..members.len()].to_vec()
            };
            parts.iter().zip(members).flat_map(of_step)
        })
        .collect()
}

/// `p` losses and a gradient `[p, parameters]` from each hand's `[members]` losses followed by its gradient.
pub(super) fn join_gradients(parts: &[Vec<f32>], members: &[Range<usize>]) -> (Vec<f32>, Vec<f32>) {
    let (mut losses, mut gradient) = (Vec::new(), Vec::new());
    for (part, members) in parts.iter().zip(members) {
        let (of_losses, of_gradient) = part.split_at(members.len());
        losses.extend_from_slice(of_losses);
        gradient.extend_from_slice(of_gradient);
    }
    (losses, gradient)
}

/// A step's input for some members. It carries those rows of the table that it refers to: the whole table would be many times
/// as large, in every hand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepPart {
    /// `[members, b, t]`
    pub tokens: Vec<u32>,
    /// Rows, targets and labels, `[3, members, k]`, as in a [`StepInput`] of these members.
    pub picked: Vec<u32>,
    /// `[members, k]`
    pub weights: Vec<f32>,
    /// The table's rows of the targets from `v` on, in their order, as [`TargetTable::taken_apart`] has them.
    pub shown: Vec<u32>,
    pub words: Vec<f32>,
}

impl StepPart {
    pub(super) fn new(input: &StepInput<'_>, table: &TargetTable, population: usize, members: &Range<usize>) -> Self {
        let (named, targets) = table.only(of_members(input.targets, population, members));
        let (shown, words) = named.taken_apart();
        let mut picked = rows_of_members(input.rows, input.tokens, population, members);
        picked.extend(targets);
        picked.extend(of_members(input.labels, population, members));
        Self {
            tokens: of_members(input.tokens, population, members).to_vec(),
            picked,
            weights: of_members(input.weights, population, members).to_vec(),
            shown,
            words,
        }
    }

    /// The rows that it carries.
    pub(super) fn table(&self, vocab: usize) -> TargetTable {
        TargetTable::put_together(vocab, &self.shown, &self.words)
    }

    /// As the plan takes it, at a learning rate.
    pub(super) fn input(&self, rate: f64) -> StepInput<'_> {
        let each = self.picked.len() / 3;
        StepInput {
            tokens: &self.tokens,
            rows: &self.picked[..each],
            targets: &self.picked[each..2 * each],
            labels: &self.picked[2 * each..],
            weights: &self.weights,
            rate,
        }
    }
}
