//! A population that learns from a table of targets, by burn's autodiff.

use super::{HardTerm, Llama, Targets, Trainer, read, select};
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};
use std::rc::Rc;

/// The trainer with its table.
#[derive(Debug)]
pub struct Learner {
    trainer: Trainer,
    shape: Shape,
    table: Rc<TargetTable>,
    /// `[p, 1, 1]` each.
    temperature: Tensor<3>,
    hard_weight: Option<Tensor<3>>,
    device: Device,
    /// `[p]` each.
    unread: Vec<Tensor<1>>,
}

impl Learner {
    pub fn new(
        device: &Device,
        shape: Shape,
        weights: &[f32],
        optimizer: AdamWConfig,
        mixture: &Mixture,
        table: Rc<TargetTable>,
    ) -> Self {
        let per_member =
            |values: &[f32]| Tensor::<3>::from_data(TensorData::new(values.to_vec(), [values.len(), 1, 1]), device);
        Self {
            trainer: Trainer::new(&shape.config, weights, optimizer, device),
            table,
            temperature: per_member(&mixture.temperature),
            hard_weight: (mixture.hard_weight.iter().any(|&weight| weight > 0.0))
                .then(|| per_member(&mixture.hard_weight)),
            device: device.clone(),
            unread: Vec::new(),
            shape,
        }
    }

    /// Updates made so far.
    pub fn updates(&self) -> u32 {
        self.trainer.optimizer.updates
    }

    /// The models as they are now.
    pub fn model(&self) -> &Llama {
        self.trainer.model()
    }

    /// Parameters of all members, `[p, parameters]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn weights(&self) -> Result<Vec<f32>, ExecutionError> {
        self.trainer.weights().await
    }

    fn targets(&self, input: &StepInput) -> Targets {
        let (p, k) = (self.shape.population, input.rows.len() / self.shape.population);
        let (logits, hidden) = select(&self.table, input.targets, p, &self.device);
        let hard = self.hard_weight.as_ref().map(|weight| HardTerm {
            // A label is its own row of the table, whose exponential is one-hot.
            labels: select(&self.table, input.labels, p, &self.device).0.exp(),
            weight: weight.clone(),
        });
        Targets {
            logits,
            temperature: self.temperature.clone(),
            weight: Tensor::from_data(TensorData::new(input.weights.to_vec(), [p, k, 1]), &self.device),
            hard,
            hidden,
        }
    }

    /// One update of every member.
    pub fn step(&mut self, input: &StepInput<'_>) {
        let targets = self.targets(input);
        let losses = self
            .trainer
            .step(input.tokens, self.shape.length, Some(input.rows), &targets, input.rate);
        self.unread.push(losses);
    }

    /// Losses of the steps since they were last asked for, `[steps, p]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn losses(&mut self) -> Result<Vec<f32>, ExecutionError> {
        let unread = std::mem::take(&mut self.unread);
        if unread.is_empty() {
            return Ok(Vec::new());
        }
        read(Tensor::cat(unread, 0)).await
    }

    /// Losses `[p]` and their gradient `[p, parameters]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn gradient(&self, input: &StepInput<'_>) -> Result<(Vec<f32>, Vec<f32>), ExecutionError> {
        let targets = self.targets(input);
        let (losses, gradient) = self
            .trainer
            .gradient(input.tokens, self.shape.length, Some(input.rows), &targets);
        Ok((read(losses).await?, read(gradient).await?))
    }
}
