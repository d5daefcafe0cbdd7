//! The students, what they learn from, and the next step.

use super::units::PER_TASK;
use crate::engine::{Failure, Learner};
use crate::model::LlamaConfig;
use crate::plan::{Mixture, Shape, StepInput};
use crate::protocol::{Arm, Plan};
use crate::rng::{Rng, Stream, stream};
use crate::teacher::{Lesson, Lessons};
use crate::train::{Schedule, Sequence, pack};
use crate::world::TaskId;
use rand::Rng as _;

/// A population with its lessons.
pub(super) struct Classroom {
    pub learner: Learner,
    shape: Shape,
    schedule: Schedule,
    lessons: Vec<Lessons>,
    /// One stream per seed: the arms of a seed take the same questions in the same order, as far as they have them.
    seeds: Vec<u32>,
}

/// The sizes of a run's steps as far as they are known before anything is bought: answers could fill every sequence.
pub(super) fn announced(config: LlamaConfig, plan: &Plan) -> Shape {
    Shape {
        config,
        population: plan.members.len(),
        sequences: plan.batch as usize,
        length: (plan.tokens_per_step / plan.batch) as usize,
        rows: plan.tokens_per_step as usize,
    }
}

/// The sizes of a run's steps, and how its members' losses are mixed.
pub(super) fn shape(config: LlamaConfig, plan: &Plan, lessons: &[Lessons]) -> (Shape, Mixture) {
    let all = || {
        lessons
            .iter()
            .flat_map(|lessons| TaskId::ALL.into_iter().flat_map(|task| lessons.of(task)))
    };
    let input = |lesson: &Lesson| 1 + lesson.sequence.prompt.len() + lesson.sequence.answer.len();
    let rows_of = |task: TaskId| {
        let longest = lessons
            .iter()
            .flat_map(|lessons| lessons.of(task))
            .map(|lesson| lesson.targets.len())
            .max();
        PER_TASK * longest.unwrap_or(0)
    };
    let settings = &plan.settings;
    let per_member = |of_logits: f64, other: f64| {
        let of = |arm: Arm| if arm == Arm::Logits { of_logits } else { other };
        plan.members.iter().map(|member| of(member.arm) as f32).collect()
    };
    let announced = announced(config, plan);
    let shape = Shape {
        // What was bought is as a rule no longer.
        length: all().map(input).max().unwrap_or(1).max(announced.length),
        rows: TaskId::ALL.into_iter().map(rows_of).sum(),
        ..announced
    };
    let mixture = Mixture {
        temperature: per_member(settings.temperature, 1.0),
        hard_weight: per_member(settings.hard_labels, 0.0),
    };
    (shape, mixture)
}

impl Classroom {
    /// `seeds`: of each member.
    pub fn new(learner: Learner, shape: Shape, schedule: Schedule, lessons: Vec<Lessons>, seeds: Vec<u32>) -> Self {
        Self {
            learner,
            shape,
            schedule,
            lessons,
            seeds,
        }
    }

    /// One update of every member; its learning rate.
    pub fn step(&mut self) -> Result<f64, Failure> {
        let step = self.learner.updates();
        let chosen: Vec<Vec<&Lesson>> = (0..self.lessons.len())
            .map(|member| self.choose(member, step))
            .collect();
        let members: Vec<Vec<&Sequence>> = chosen
            .iter()
            .map(|lessons| lessons.iter().map(|lesson| &lesson.sequence).collect())
            .collect();
        let k = self.shape.rows;
        let batch = pack(&members, Some(self.shape.length), Some(k));
        let padded = |rows: fn(&Lesson) -> &[u32]| -> Vec<u32> {
            let member = |lessons: &Vec<&Lesson>| {
                let mut all: Vec<u32> = lessons.iter().flat_map(|&lesson| rows(lesson)).copied().collect();
                all.resize(k, crate::tokenizer::PAD);
                all
            };
            chosen.iter().flat_map(member).collect()
        };
        let rate = self.schedule.rate(step);
        let input = StepInput {
            tokens: &batch.tokens,
            rows: &batch.rows,
            targets: &padded(|lesson| &lesson.targets),
            labels: &padded(|lesson| &lesson.labels),
            weights: &batch.weights,
            rate,
        };
        self.learner.step(&input)?;
        Ok(rate)
    }

    /// From now on steps are made at this rate.
    #[cfg(test)]
    pub fn spoil(&mut self, rate: f64) {
        self.schedule.peak = rate;
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
