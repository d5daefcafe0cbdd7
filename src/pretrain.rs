//! Training a teacher from the world's own answers. Native only: minutes on all cores, resumable.

use crate::engine::{Failure, Models};
use crate::eval::{Items, Tally, held_out, measure};
use crate::model::{LlamaConfig, initial_parameters};
use crate::plan::AdamWConfig;
use crate::protocol::Scores;
use crate::reference::{Snapshot, Targets, Trainer, read};
use crate::rng::{Stream, stream};
use crate::tokenizer::Tokenizer;
use crate::train::{Schedule, Sequence, pack};
use crate::world::{Split, TaskId, World};
use burn::tensor::{Device, ExecutionError};
use serde::{Deserialize, Serialize};

/// How a shipped teacher is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    pub name: String,
    pub title: String,
    pub seed: u64,
    pub steps: u32,
    /// Sequences per step, of each task.
    pub per_task: usize,
    pub peak_rate: f64,
    /// Stop as soon as additions on the validation split reach this accuracy.
    pub stop_at_add: Option<f64>,
}

impl Recipe {
    /// The recipes that are shipped.
    pub fn named(name: &str) -> Option<Self> {
        let main = Self {
            name: "main".into(),
            title: "The teacher".into(),
            seed: 1,
            steps: 6_000,
            per_task: 12,
            peak_rate: 2e-3,
            stop_at_add: None,
        };
        match name {
            "main" => Some(main),
            // Stopped early on purpose, so that there are errors to copy (science.md section 8, rule 12).
            "imperfect" => Some(Self {
                name: "imperfect".into(),
                title: "The imperfect teacher".into(),
                seed: 2,
                stop_at_add: Some(0.87),
                ..main
            }),
            _ => None,
        }
    }
}

/// A teacher in training.
pub struct Pretraining<'a> {
    pub recipe: Recipe,
    pub config: LlamaConfig,
    world: &'a World,
    tokenizer: &'a Tokenizer,
    trainer: Trainer,
    schedule: Schedule,
    device: Device,
    validation: Vec<Items>,
    tokens_per_step: usize,
}

impl<'a> Pretraining<'a> {
    /// Starts anew, or goes on from `snapshot`.
    ///
    /// # Errors
    ///
    /// When the tokenizer fails.
    pub fn new(
        recipe: Recipe,
        world: &'a World,
        tokenizer: &'a Tokenizer,
        snapshot: Option<&Snapshot>,
        device: &Device,
    ) -> Result<Self, crate::tokenizer::TokenizerError> {
        let config = LlamaConfig::teacher(tokenizer.vocab_size());
        let optimizer = AdamWConfig::default();
        let trainer = match snapshot {
            Some(snapshot) => Trainer::restore(&config, snapshot, optimizer, device),
            None => Trainer::new(&config, &initial_parameters(&config, recipe.seed), optimizer, device),
        };
        Ok(Self {
            schedule: Schedule::new(recipe.peak_rate, recipe.steps),
            validation: held_out(world, tokenizer, Split::Validation, 300)?,
            recipe,
            config,
            world,
            tokenizer,
            trainer,
            device: device.clone(),
            tokens_per_step: 0,
        })
    }

    /// Updates made so far.
    pub fn steps_done(&self) -> u32 {
        self.trainer.optimizer.updates
    }

    /// Tokens that entered the model in the latest update, padding included.
    pub fn tokens_per_step(&self) -> usize {
        self.tokens_per_step
    }

    /// One update on fresh examples of every task; the loss before it, nats per answer token.
    ///
    /// # Errors
    ///
    /// When the device or the tokenizer fails.
    pub async fn step(&mut self) -> Result<f64, PretrainError> {
        let step = self.steps_done();
        // A stream per step: a resumed run sees the examples that it would have seen.
        let mut rng = stream(self.recipe.seed, Stream::Data, u64::from(step));
        let mut sequences: Vec<Sequence> = Vec::new();
        for task in TaskId::ALL {
            for _ in 0..self.recipe.per_task {
                let example = self.world.sample(task, Split::Train, &mut rng);
                sequences.push(crate::eval::sequence(self.tokenizer, &example)?);
            }
        }
        let batch = pack(&[sequences.iter().collect()], None, None);
        self.tokens_per_step = batch.input_tokens();
        let targets = Targets::hard(&batch.labels, &batch.weights, 1, self.config.vocab_size, &self.device);
        let rate = self.schedule.rate(step);
        let losses = self
            .trainer
            .step(&batch.tokens, batch.length, Some(&batch.rows), &targets, rate);
        Ok(f64::from(read(losses).await?[0]))
    }

    /// Figures on the validation split.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn validate(&self) -> Result<Scores, Failure> {
        self.scores(&self.validation).await
    }

    /// Figures on the test split: once, at the end.
    ///
    /// # Errors
    ///
    /// When the device or the tokenizer fails.
    pub async fn test(&self, items: usize) -> Result<Scores, PretrainError> {
        Ok(self
            .scores(&held_out(self.world, self.tokenizer, Split::Test, items)?)
            .await?)
    }

    async fn scores(&self, items: &[Items]) -> Result<Scores, Failure> {
        let model = Models::Burn(Box::new(self.trainer.model().clone()));
        let mut tallies = [Tally::default()];
        for items in items {
            measure(&model, items, None, &mut tallies).await?;
        }
        Ok(tallies[0].scores.clone())
    }

    /// # Errors
    ///
    /// When the device fails.
    pub async fn snapshot(&self) -> Result<Snapshot, ExecutionError> {
        self.trainer.snapshot().await
    }

    /// Whether the recipe says to stop at these validation figures.
    pub fn is_done(&self, scores: &Scores) -> bool {
        self.steps_done() >= self.recipe.steps
            || matches!((self.recipe.stop_at_add, scores.add), (Some(limit), Some(add)) if add >= limit)
    }
}

/// Why pretraining stopped.
#[derive(Debug, thiserror::Error)]
pub enum PretrainError {
    #[error(transparent)]
    Device(#[from] Failure),
    #[error(transparent)]
    Tokenizer(#[from] crate::tokenizer::TokenizerError),
}

impl From<ExecutionError> for PretrainError {
    fn from(error: ExecutionError) -> Self {
        Self::Device(error.into())
    }
}
