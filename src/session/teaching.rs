//! The students, what they learn from, and the next step.

use crate::engine::{Engine, Failure, Learner, Models};
use crate::experiment::{Course, Start};
use crate::model::LlamaConfig;
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};
use crate::protocol::Plan;
use crate::rng::{Rng, Stream, stream};
use crate::teacher::{Lesson, Lessons};
use crate::train::{Schedule, Sequence, pack};
use rand::Rng as _;
use std::rc::Rc;

/// Peak learning rate of new students; chosen on the validation split.
const PEAK_RATE: f64 = 4e-3;
/// Peak learning rate of a copy of a teacher that is trained on: half of what it was trained with.
const GENTLE_RATE: f64 = 1e-3;

/// Members of one shape, which advance in the same kernels.
#[derive(Clone, Debug)]
pub(super) struct Cohort {
    pub start: Start,
    pub config: LlamaConfig,
    /// Indices of the plan's members.
    pub members: Vec<usize>,
}

/// A cohort in training, with its lessons.
pub(super) struct Classroom {
    pub cohort: Cohort,
    pub learner: Learner,
    shape: Shape,
    schedule: Schedule,
    lessons: Vec<Lessons>,
    /// One stream per seed: the arms of a seed take the same questions in the same order, as far as they have them.
    seeds: Vec<u32>,
}

/// The sizes of a cohort's steps as far as they are known before anything is bought: answers could fill every sequence.
pub(super) fn announced(cohort: &Cohort, plan: &Plan) -> Shape {
    Shape {
        config: cohort.config.clone(),
        population: cohort.members.len(),
        sequences: plan.batch as usize,
        length: (plan.tokens_per_step / plan.batch.max(1)) as usize,
        rows: plan.tokens_per_step as usize,
    }
}

/// The sizes of a cohort's steps.
fn shape(cohort: &Cohort, plan: &Plan, lessons: &[Lessons]) -> Shape {
    let inputs = |lesson: &Lesson| 1 + lesson.sequence.prompt.len() + lesson.sequence.answer.len();
    let all = lessons.iter().flatten().flat_map(|part| &part.lessons);
    // The most answer tokens that a batch can have: every part's longest.
    let rows = |member: &Lessons| -> usize {
        let longest = |part: &crate::teacher::Part| part.lessons.iter().map(|lesson| lesson.targets.len()).max();
        member
            .iter()
            .map(|part| part.sequences * longest(part).unwrap_or(0))
            .sum()
    };
    let announced = announced(cohort, plan);
    Shape {
        // What was bought is as a rule no longer.
        length: all
            .map(|lesson| inputs(lesson))
            .max()
            .unwrap_or(1)
            .max(announced.length),
        rows: lessons.iter().map(rows).max().unwrap_or(1),
        ..announced
    }
}

impl Classroom {
    /// `courses`, `weights: [p, parameters]` and `lessons` are of the cohort's members.
    ///
    /// # Errors
    ///
    /// When the device refuses the shape.
    pub async fn new(
        engine: &Engine,
        plan: &Plan,
        cohort: Cohort,
        courses: &[&Course],
        weights: &[f32],
        lessons: Vec<Lessons>,
        table: &Rc<TargetTable>,
    ) -> Result<Self, Failure> {
        let shape = shape(&cohort, plan, &lessons);
        let mixture = Mixture {
            temperature: courses.iter().map(|course| course.temperature as f32).collect(),
            hard_weight: courses.iter().map(|course| course.hard_labels as f32).collect(),
        };
        let learner = Learner::new(engine, shape.clone(), weights, AdamWConfig::default(), mixture, table).await?;
        let peak = match cohort.start {
            Start::Fresh => PEAK_RATE,
            Start::CopyOf(_) => GENTLE_RATE,
        };
        let seeds = cohort.members.iter().map(|&member| plan.members[member].seed).collect();
        Ok(Self {
            learner,
            shape,
            schedule: Schedule::new(peak, plan.settings.steps),
            lessons,
            seeds,
            cohort,
        })
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

    /// The students as they are now.
    pub fn models(&self) -> Models {
        self.learner.models()
    }

    /// From now on steps are made at this rate.
    #[cfg(test)]
    pub fn spoil(&mut self, rate: f64) {
        self.schedule.peak = rate;
    }

    /// The lessons of a step, part by part.
    fn choose(&self, member: usize, step: u32) -> Vec<&Lesson> {
        // Streams of training steps start above those of the labels, which are by task and chunk.
        let mut rng: Rng = stream(u64::from(self.seeds[member]), Stream::Data, (1 << 60) + u64::from(step));
        let mut chosen = Vec::with_capacity(self.shape.sequences);
        for part in &self.lessons[member] {
            for _ in 0..part.sequences {
                // One draw whatever the number of lessons: the next part's draws are the same in every arm.
                let position = rng.random::<f64>() * part.lessons.len() as f64;
                chosen.push(part.lessons[position as usize].as_ref());
            }
        }
        chosen
    }
}
