//! What goes into a plan and what comes out of it.

use crate::objective::TargetTable;

use super::inference::GpuForward;

/// What the loss compares with where a target is not one token.
pub enum Targets<'a> {
    /// The rows that targets from `v` on name.
    Table(&'a TargetTable),
    /// The logits of another model, computed in the same submission on the same tokens and rows. Row `i` is compared
    /// with its row `i`, whatever `StepInput::targets` says. Of the same population.
    Teacher(&'a GpuForward),
}

/// Losses of the steps since they were last read, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Losses {
    /// `[steps, p]`.
    pub losses: Vec<f32>,
    /// `[steps, p]`: mean entropy of softmax(target logits); 0 with a table.
    pub entropies: Vec<f32>,
}

/// The optimiser's state, for a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    pub first: Vec<f32>,
    pub second: Vec<f32>,
    pub updates: u32,
}
