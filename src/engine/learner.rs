//! A population in training.

use super::{Engine, Failure, Models};
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput, cpu};
#[cfg(feature = "reference")]
use crate::reference;

/// Models that learn from rows of one table of targets.
#[derive(Debug)]
pub enum Learner {
    #[cfg(feature = "reference")]
    Burn(Box<reference::Learner>),
    Cpu(Box<cpu::CpuPlan>),
}

/// The plan's own copy of a table.
pub(crate) fn cpu_table(table: &TargetTable) -> cpu::Table {
    let soft = table.soft_rows();
    cpu::Table {
        vocab: soft.vocab,
        logits: soft.logits.to_vec(),
        hidden: soft.hidden.map(<[u32]>::to_vec),
    }
}

impl Learner {
    /// A population with `weights: [p, parameters]`.
    pub fn new(
        engine: &Engine,
        shape: Shape,
        weights: &[f32],
        optimizer: AdamWConfig,
        mixture: Mixture,
        table: &TargetTable,
    ) -> Self {
        match engine {
            #[cfg(feature = "reference")]
            Engine::Burn(device) => Self::Burn(Box::new(reference::Learner::new(
                device, shape, weights, optimizer, &mixture, table,
            ))),
            Engine::Cpu => Self::Cpu(Box::new(cpu::CpuPlan::new(
                shape,
                weights,
                optimizer,
                mixture,
                cpu_table(table),
            ))),
        }
    }

    /// One update of every member: the losses before it, `[p]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn step(&mut self, input: &StepInput<'_>) -> Result<Vec<f32>, Failure> {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(learner) => Ok(learner.step(input).await?),
            Self::Cpu(plan) => Ok(plan.step(input)),
        }
    }

    /// Losses `[p]` and their gradient `[p, parameters]` at the current parameters.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn gradient(&mut self, input: &StepInput<'_>) -> Result<(Vec<f32>, Vec<f32>), Failure> {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(learner) => Ok(learner.gradient(input).await?),
            Self::Cpu(plan) => {
                let (losses, gradient) = plan.gradient(input);
                Ok((losses, gradient.to_vec()))
            }
        }
    }

    /// Updates made so far.
    pub fn updates(&self) -> u32 {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(learner) => learner.updates(),
            Self::Cpu(plan) => plan.updates(),
        }
    }

    /// Parameters of all members, `[p, parameters]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn weights(&self) -> Result<Vec<f32>, Failure> {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(learner) => Ok(learner.weights().await?),
            Self::Cpu(plan) => Ok(plan.weights().to_vec()),
        }
    }

    /// The models as they are now.
    pub fn models(&self) -> Models {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(learner) => Models::Burn(learner.model().clone()),
            Self::Cpu(plan) => Models::new(&plan.shape().config, plan.weights(), &Engine::Cpu),
        }
    }
}
