//! The benchmark's step in burn.

use super::size::Size;
use crate::engine::Failure;
use crate::objective::TargetTable;
use crate::plan::AdamWConfig;
use crate::reference::{Llama, Targets, Trainer, read, select};
use burn::tensor::{Device, Tensor, activation};

/// Teacher and student with what does not change between steps.
pub(super) struct Work {
    teacher: Option<Llama>,
    trainer: Trainer,
    /// Of labels, where there is no teacher.
    labels: TargetTable,
    weight: Tensor<3>,
    temperature: Tensor<3>,
}

impl Work {
    pub fn new(
        size: &Size,
        teacher: Option<Vec<f32>>,
        student: &[f32],
        optimizer: AdamWConfig,
        device: &Device,
    ) -> Self {
        let rows = size.batch * size.tokens;
        Self {
            labels: TargetTable::new(size.student.vocab_size),
            teacher: teacher.map(|weights| Llama::from_slice(&size.teacher, &weights, device)),
            trainer: Trainer::new(&size.student, student, optimizer, device),
            weight: Tensor::full([1, rows, 1], 1.0 / rows as f64, device),
            temperature: Tensor::ones([1, 1, 1], device),
        }
    }

    /// One step: the mean cross-entropy before it.
    pub async fn step(&mut self, size: &Size, inputs: &[u32], next: &[u32], rate: f64) -> Result<f64, Failure> {
        let logits = match &self.teacher {
            Some(teacher) => teacher.logits(inputs, size.tokens),
            None => select(&self.labels, next, 1, &self.weight.device()).0,
        };
        // The peers report the cross-entropy: the divergence and the entropy of the targets.
        let entropy = self.teacher.is_some().then(|| mean_entropy(logits.clone()));
        let targets = Targets {
            logits,
            temperature: self.temperature.clone(),
            weight: self.weight.clone(),
            hard: None,
            hidden: None,
        };
        let mut loss = self.trainer.step(inputs, size.tokens, None, &targets, rate);
        if let Some(entropy) = entropy {
            loss = loss + entropy;
        }
        Ok(f64::from(read(loss).await?[0]))
    }

    /// The teacher's mean entropy, nats.
    pub async fn entropy(&self, size: &Size, inputs: &[u32]) -> Result<Option<f64>, Failure> {
        let Some(teacher) = &self.teacher else {
            return Ok(None);
        };
        let entropy = mean_entropy(teacher.logits(inputs, size.tokens));
        Ok(Some(f64::from(read(entropy).await?[0])))
    }
}

/// `[1]`, nats, of the softmax of `logits: [1, rows, v]`.
fn mean_entropy(logits: Tensor<3>) -> Tensor<1> {
    let log = activation::log_softmax(logits, 2);
    (log.clone().exp() * log).sum_dim(2).mean().neg()
}
