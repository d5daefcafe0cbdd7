//! One training step of a population.

use super::llama::split_flat;
use super::{AdamW, Llama, Targets, loss, read};
use crate::model::LlamaConfig;
use crate::plan::AdamWConfig;
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// A population in training: its parameters, `[p, parameters]`, and its optimiser.
#[derive(Clone, Debug)]
pub struct Trainer {
    pub optimizer: AdamW,
    flat: Tensor<2>,
    model: Llama,
    /// What does not change: 1 where it may, and the values elsewhere.
    frozen: Option<(Tensor<2>, Tensor<2>)>,
}

/// All that is needed to go on training later, on any device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub population: usize,
    pub updates: u32,
    pub weights: Vec<f32>,
    pub first: Vec<f32>,
    pub second: Vec<f32>,
}

impl Trainer {
    /// A population from `weights: [p, parameters]` on the host.
    pub fn new(config: &LlamaConfig, weights: &[f32], optimizer: AdamWConfig, device: &Device) -> Self {
        let population = weights.len() / config.parameter_count();
        let shape = [population, config.parameter_count()];
        let flat = Tensor::from_data(TensorData::new(weights.to_vec(), shape), device);
        Self {
            optimizer: AdamW::new(optimizer, population, config.parameter_count(), device),
            model: Llama::from_flat(config, flat.clone()),
            flat,
            frozen: None,
        }
    }

    /// From now on only the parameters change whose names `trains` says yes to.
    pub fn freeze(&mut self, trains: impl Fn(&str) -> bool) {
        let of = |(name, shape): (String, Vec<usize>)| {
            let free = if trains(&name) { 1.0_f32 } else { 0.0 };
            vec![free; shape.iter().product()]
        };
        let free: Vec<f32> = self.model.config.parameters().into_iter().flat_map(of).collect();
        let shape = self.flat.dims();
        let free = Tensor::from_data(TensorData::new(free.repeat(shape[0]), shape), &self.flat.device());
        let kept = self.flat.clone() * (free.clone().neg() + 1.0);
        self.frozen = Some((free, kept));
    }

    /// The models as they are now.
    pub fn model(&self) -> &Llama {
        &self.model
    }

    /// One update of every member; returns the losses before it, `[p]`.
    pub fn step(
        &mut self,
        tokens: &[u32],
        length: usize,
        rows: Option<&[u32]>,
        targets: &Targets,
        rate: f64,
    ) -> Tensor<1> {
        let (losses, gradient) = self.gradient(tokens, length, rows, targets);
        self.flat = self.optimizer.update(self.flat.clone(), gradient, rate);
        if let Some((free, kept)) = &self.frozen {
            self.flat = self.flat.clone() * free.clone() + kept.clone();
        }
        self.model = self
            .model
            .with_tensors(split_flat(&self.model.config, self.flat.clone()));
        losses
    }

    /// Losses `[p]` and their gradient `[p, parameters]` at the current parameters.
    pub fn gradient(
        &self,
        tokens: &[u32],
        length: usize,
        rows: Option<&[u32]>,
        targets: &Targets,
    ) -> (Tensor<1>, Tensor<2>) {
        let config = &self.model.config;
        let leaves: Vec<Tensor<2>> = split_flat(config, self.flat.clone())
            .into_iter()
            .map(|t| t.autodiff().require_grad())
            .collect();
        let model = self.model.with_tensors(leaves.clone());
        let logits = match rows {
            None => model.logits(tokens, length),
            Some(rows) => model.logits_at(tokens, length, rows),
        };
        let losses = loss(logits, targets);
        // Members do not interact, so the gradient of the sum is every member's own gradient.
        let mut gradients = losses.clone().sum().backward();
        let parts = leaves
            .iter()
            .map(|leaf| leaf.grad_remove(&mut gradients).expect("every parameter is used"))
            .collect();
        (losses.inner(), Tensor::cat(parts, 1))
    }

    /// Parameters of all members, `[p, parameters]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn weights(&self) -> Result<Vec<f32>, ExecutionError> {
        read(self.flat.clone()).await
    }

    /// # Errors
    ///
    /// When the device fails.
    pub async fn snapshot(&self) -> Result<Snapshot, ExecutionError> {
        Ok(Snapshot {
            population: self.flat.dims()[0],
            updates: self.optimizer.updates,
            weights: self.weights().await?,
            first: read(self.optimizer.first.clone()).await?,
            second: read(self.optimizer.second.clone()).await?,
        })
    }

    /// Goes on from a snapshot of the same shape.
    pub fn restore(config: &LlamaConfig, snapshot: &Snapshot, optimizer: AdamWConfig, device: &Device) -> Self {
        let mut trainer = Self::new(config, &snapshot.weights, optimizer, device);
        let shape = trainer.flat.dims();
        trainer.optimizer.updates = snapshot.updates;
        trainer.optimizer.first = Tensor::from_data(TensorData::new(snapshot.first.clone(), shape), device);
        trainer.optimizer.second = Tensor::from_data(TensorData::new(snapshot.second.clone(), shape), device);
        trainer
    }
}

#[cfg(test)]
mod tests;
