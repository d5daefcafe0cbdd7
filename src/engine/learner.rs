//! A population in training.

use super::{Engine, Failure, Models};
use crate::objective::TargetTable;
#[cfg(target_arch = "wasm32")]
use crate::plan::gpu;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput, cpu};
#[cfg(feature = "reference")]
use crate::reference;

/// Models that learn from rows of one table of targets.
#[derive(Debug)]
pub enum Learner {
    #[cfg(feature = "reference")]
    Burn(Box<reference::Learner>),
    Cpu(Box<cpu::CpuPlan>),
    #[cfg(target_arch = "wasm32")]
    Gpu(Box<gpu::GpuPlan>),
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
    ///
    /// # Errors
    ///
    /// When the device refuses the shape.
    pub async fn new(
        engine: &Engine,
        shape: Shape,
        weights: &[f32],
        optimizer: AdamWConfig,
        mixture: Mixture,
        table: &TargetTable,
    ) -> Result<Self, Failure> {
        Ok(match engine {
            #[cfg(feature = "reference")]
            Engine::Burn(device) => {
                let learner = reference::Learner::new(device, shape, weights, optimizer, &mixture, table);
                Self::Burn(Box::new(learner))
            }
            Engine::Cpu => Self::Cpu(Box::new(cpu::CpuPlan::new(shape, weights, optimizer, mixture, cpu_table(table)))),
            #[cfg(target_arch = "wasm32")]
            Engine::Gpu(device, queue) => {
                let soft = table.soft_rows();
                let targets = gpu::Targets::Table {
                    logits: soft.logits,
                    hidden: soft.hidden,
                };
                let plan = gpu::GpuPlan::new(device, queue, shape, weights, optimizer, &mixture, targets).await?;
                Self::Gpu(Box::new(plan))
            }
        })
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
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(plan) => {
                plan.step(input)?;
                Ok(plan.read_losses().await?.losses)
            }
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
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(plan) => Ok(plan.gradient_read(input).await?),
        }
    }

    /// Updates made so far.
    pub fn updates(&self) -> u32 {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(learner) => learner.updates(),
            Self::Cpu(plan) => plan.updates(),
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(plan) => plan.updates(),
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
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(plan) => Ok(plan.read_weights().await?),
        }
    }

    /// The models as they are now.
    pub fn models(&self) -> Models {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(learner) => Models::Burn(learner.model().clone()),
            Self::Cpu(plan) => Models::on_cpu(&plan.shape().config, plan.weights()),
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(plan) => Models::Gpu(plan.asked()),
        }
    }
}
