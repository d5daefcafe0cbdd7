//! The students, what they learn from, and the next step.

use super::PER_TASK;
use crate::objective::{HardTerm, Targets};
use crate::protocol::{Arm, Plan};
use crate::rng::{Rng, Stream, stream};
use crate::teacher::{DeviceTable, Lesson, Lessons, TargetTable};
use crate::train::{Schedule, Sequence, Trainer, pack, read};
use crate::world::TaskId;
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};
use rand::Rng as _;

/// A population with its lessons.
pub(super) struct Classroom {
    pub trainer: Trainer,
    schedule: Schedule,
    lessons: Vec<Lessons>,
    table: DeviceTable,
    /// `[p, 1, 1]` each.
    temperature: Tensor<3>,
    hard_weight: Option<Tensor<3>>,
    /// One stream per seed: the arms of a seed take the same questions in the same order, as far as they have them.
    seeds: Vec<u32>,
    length: usize,
    vocab: usize,
    device: Device,
}

impl Classroom {
    pub fn new(
        trainer: Trainer,
        schedule: Schedule,
        lessons: Vec<Lessons>,
        table: &TargetTable,
        plan: &Plan,
        device: &Device,
    ) -> Self {
        let per_member = |value: &dyn Fn(Arm) -> f64| {
            let values: Vec<f32> = plan.members.iter().map(|member| value(member.arm) as f32).collect();
            let count = values.len();
            Tensor::from_data(TensorData::new(values, [count, 1, 1]), device)
        };
        let settings = &plan.settings;
        let of_logits = |value: f64, other: f64| move |arm: Arm| if arm == Arm::Logits { value } else { other };
        Self {
            temperature: per_member(&of_logits(settings.temperature, 1.0)),
            hard_weight: (settings.hard_labels > 0.0).then(|| per_member(&of_logits(settings.hard_labels, 0.0))),
            seeds: plan.members.iter().map(|member| member.seed).collect(),
            length: plan.tokens_per_step as usize / plan.batch as usize,
            vocab: trainer.model().config.vocab_size,
            table: table.to_device(device),
            device: device.clone(),
            trainer,
            schedule,
            lessons,
        }
    }

    /// One update of every member: the learning rate and the losses before it.
    pub async fn step(&mut self) -> Result<(f64, Vec<f32>), ExecutionError> {
        let step = self.trainer.optimizer.updates;
        let chosen: Vec<Vec<&Lesson>> = (0..self.lessons.len())
            .map(|member| self.choose(member, step))
            .collect();
        let members: Vec<Vec<&Sequence>> = chosen
            .iter()
            .map(|lessons| lessons.iter().map(|l| &l.sequence).collect())
            .collect();
        let batch = pack(&members, Some(self.length.max(longest(&members))), None);
        let k = batch.rows_per_member;
        let padded = |rows: fn(&Lesson) -> &[u32]| -> Vec<u32> {
            let member = |lessons: &Vec<&Lesson>| {
                let mut all: Vec<u32> = lessons.iter().flat_map(|&lesson| rows(lesson)).copied().collect();
                all.resize(k, crate::tokenizer::PAD);
                all
            };
            chosen.iter().flat_map(member).collect()
        };
        let population = members.len();
        let (logits, hidden) = self.table.select(&padded(|lesson| &lesson.targets), population);
        let hard = self.hard_weight.as_ref().map(|weight| {
            // The first rows of the table are the one-hot ones, so a label is its own row; `exp` of a row is the one-hot.
            let labels = self.table.select(&padded(|lesson| &lesson.labels), population).0.exp();
            HardTerm {
                labels,
                weight: weight.clone(),
            }
        });
        let weight = Tensor::from_data(TensorData::new(batch.weights, [population, k, 1]), &self.device);
        let targets = Targets {
            logits,
            temperature: self.temperature.clone(),
            weight,
            hard,
            hidden,
        };
        debug_assert_eq!(targets.logits.dims(), [population, k, self.vocab]);
        let rate = self.schedule.rate(step);
        let losses = self
            .trainer
            .step(&batch.tokens, batch.length, Some(&batch.rows), &targets, rate);
        Ok((rate, read(losses).await?))
    }

    /// The lessons of a step: equally many of every task.
    fn choose(&self, member: usize, step: u32) -> Vec<&Lesson> {
        // Streams of training steps start above those of the labels, which are the tasks' indices.
        let mut rng: Rng = stream(u64::from(self.seeds[member]), Stream::Data, 1_000 + u64::from(step));
        let mut chosen = Vec::with_capacity(PER_TASK * TaskId::ALL.len());
        for task in TaskId::ALL {
            let lessons = self.lessons[member].of(task);
            for _ in 0..PER_TASK {
                // One draw whatever the number of lessons: the next task's draws are the same in every arm.
                let position = rng.random::<f64>() * lessons.len() as f64;
                chosen.push(&lessons[position as usize]);
            }
        }
        chosen
    }
}

fn longest(members: &[Vec<&Sequence>]) -> usize {
    members
        .iter()
        .flatten()
        .map(|s| 1 + s.prompt.len() + s.answer.len())
        .max()
        .unwrap_or(1)
}
