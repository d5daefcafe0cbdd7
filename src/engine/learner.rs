//! A population in training.

#[cfg(target_arch = "wasm32")]
use super::crew;
use super::{Engine, Failure, Models};
use crate::objective::TargetTable;
#[cfg(target_arch = "wasm32")]
use crate::plan::gpu;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput, cpu};
#[cfg(feature = "reference")]
use crate::reference;
use std::rc::Rc;

/// Models that learn from rows of one table of targets.
pub struct Learner {
    work: Work,
    /// Losses on the host that nobody asked for yet.
    unread: Vec<f32>,
}

enum Work {
    #[cfg(feature = "reference")]
    Burn(Box<reference::Learner>),
    Cpu(Box<cpu::CpuPlan>),
    #[cfg(target_arch = "wasm32")]
    Crew(Box<crew::CrewPlan>),
    #[cfg(target_arch = "wasm32")]
    Gpu(Box<gpu::GpuPlan>),
}

impl Learner {
    /// A population with `weights: [p, parameters]`. On the processor the table is shared, not copied; a GPU has its own.
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
        table: &Rc<TargetTable>,
    ) -> Result<Self, Failure> {
        let work = match engine {
            #[cfg(feature = "reference")]
            Engine::Burn(device) => {
                let learner = reference::Learner::new(device, shape, weights, optimizer, &mixture, table.clone());
                Work::Burn(Box::new(learner))
            }
            Engine::Cpu => {
                let plan = cpu::CpuPlan::new(shape, weights, optimizer, mixture, table.clone());
                Work::Cpu(Box::new(plan))
            }
            #[cfg(target_arch = "wasm32")]
            Engine::Crew(crew) => {
                let (hands, table) = (crew.hands_for(shape.population).await, table.clone());
                if hands < 2 {
                    let plan = cpu::CpuPlan::new(shape, weights, optimizer, mixture, table);
                    Work::Cpu(Box::new(plan))
                } else {
                    let crew = crew.clone();
                    let plan = crew::CrewPlan::new(crew, hands, shape, weights, optimizer, &mixture, table).await?;
                    Work::Crew(Box::new(plan))
                }
            }
            #[cfg(target_arch = "wasm32")]
            Engine::Gpu(gpu) => {
                let targets = gpu::Targets::Table(table);
                let plan = gpu::GpuPlan::new(gpu, shape, weights, optimizer, &mixture, targets).await?;
                Work::Gpu(Box::new(plan))
            }
        };
        Ok(Self {
            work,
            unread: Vec::new(),
        })
    }

    /// One update of every member. Nothing is waited for: a device that fails says so when it is read.
    ///
    /// # Errors
    ///
    /// When the input does not fit the shape.
    pub fn step(&mut self, input: &StepInput<'_>) -> Result<(), Failure> {
        match &mut self.work {
            #[cfg(feature = "reference")]
            Work::Burn(learner) => learner.step(input),
            Work::Cpu(plan) => self.unread.extend(plan.step(input)),
            #[cfg(target_arch = "wasm32")]
            Work::Crew(plan) => plan.step(input),
            #[cfg(target_arch = "wasm32")]
            Work::Gpu(plan) => plan.step(input)?,
        }
        Ok(())
    }

    /// Losses of the steps since they were last asked for, each before its update, `[steps, p]`; at most the last 64.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn losses(&mut self) -> Result<Vec<f32>, Failure> {
        match &mut self.work {
            #[cfg(feature = "reference")]
            Work::Burn(learner) => Ok(learner.losses().await?),
            Work::Cpu(_) => Ok(std::mem::take(&mut self.unread)),
            #[cfg(target_arch = "wasm32")]
            Work::Crew(plan) => plan.losses().await,
            #[cfg(target_arch = "wasm32")]
            Work::Gpu(plan) => Ok(plan.read_losses().await?.losses),
        }
    }

    /// Whether reading losses means waiting for a device, or for hands, that could already do the next step.
    pub fn is_read_late(&self) -> bool {
        match &self.work {
            #[cfg(feature = "reference")]
            Work::Burn(_) => false,
            Work::Cpu(_) => false,
            #[cfg(target_arch = "wasm32")]
            Work::Crew(_) | Work::Gpu(_) => true,
        }
    }

    /// Losses `[p]` and their gradient `[p, parameters]` at the current parameters.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn gradient(&mut self, input: &StepInput<'_>) -> Result<(Vec<f32>, Vec<f32>), Failure> {
        match &mut self.work {
            #[cfg(feature = "reference")]
            Work::Burn(learner) => Ok(learner.gradient(input).await?),
            Work::Cpu(plan) => Ok(plan.gradient(input)),
            #[cfg(target_arch = "wasm32")]
            Work::Crew(plan) => plan.gradient(input).await,
            #[cfg(target_arch = "wasm32")]
            Work::Gpu(plan) => Ok(plan.gradient_read(input).await?),
        }
    }

    /// Updates made so far.
    pub fn updates(&self) -> u32 {
        match &self.work {
            #[cfg(feature = "reference")]
            Work::Burn(learner) => learner.updates(),
            Work::Cpu(plan) => plan.updates(),
            #[cfg(target_arch = "wasm32")]
            Work::Crew(plan) => plan.updates(),
            #[cfg(target_arch = "wasm32")]
            Work::Gpu(plan) => plan.updates(),
        }
    }

    /// Parameters of all members, `[p, parameters]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn weights(&self) -> Result<Vec<f32>, Failure> {
        match &self.work {
            #[cfg(feature = "reference")]
            Work::Burn(learner) => Ok(learner.weights().await?),
            Work::Cpu(plan) => Ok(plan.weights().to_vec()),
            #[cfg(target_arch = "wasm32")]
            Work::Crew(plan) => plan.weights().await,
            #[cfg(target_arch = "wasm32")]
            Work::Gpu(plan) => Ok(plan.read_weights().await?),
        }
    }

    /// The models as they are now.
    pub fn models(&self) -> Models {
        match &self.work {
            #[cfg(feature = "reference")]
            Work::Burn(learner) => Models::Burn(Box::new(learner.model().clone())),
            Work::Cpu(plan) => Models::sharing(&plan.shape().config, plan.shared_weights()),
            #[cfg(target_arch = "wasm32")]
            Work::Crew(plan) => Models::Crew(plan.models()),
            #[cfg(target_arch = "wasm32")]
            Work::Gpu(plan) => Models::Gpu(plan.asked()),
        }
    }
}
