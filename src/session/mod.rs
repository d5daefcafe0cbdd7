//! One run, pulled step by step: the host asks for work with [`Session::advance`], and to pause is not to ask.

mod ask;
pub mod benchmark;
mod buying;
mod library;
mod measuring;
mod speed;
mod teaching;
mod units;

pub use library::{Library, LibraryError};

use crate::engine::{Engine, Failure, Learner};
use crate::eval::Items;
use crate::experiment::{SettingsError, capability, check};
use crate::model::initial_parameters;
use crate::objective::TargetTable;
use crate::plan::AdamWConfig;
use crate::protocol::*;
use crate::teacher::{ApiError, Meter};
use crate::tokenizer::TokenizerError;
use crate::train::Schedule;
use measuring::Measurement;
use speed::Speed;
use std::collections::VecDeque;
use std::rc::Rc;
use teaching::Classroom;
use units::{Unit, plan, units};

/// On a GPU, and on several threads, the losses of so many milliseconds' steps are read together: a read is waited for, the
/// steps before it are not. More would be felt when a run is paused.
const READ_EVERY_MS: f64 = 50.0;
/// Peak learning rate of every arm; chosen on the validation split.
const PEAK_RATE: f64 = 4e-3;

/// Why a run stopped: the sentence that the visitor reads.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("The device stopped answering: {0}")]
    Device(#[from] Failure),
    #[error("There is no student number {0} in this run.")]
    NoSuchMember(u32),
    #[error("The students have not been made yet; press Start first.")]
    NotYet,
}

/// One run.
pub struct Session {
    library: Rc<Library>,
    engine: Engine,
    device_info: DeviceInfo,
    plan: Plan,
    units: VecDeque<Unit>,
    table: TargetTable,
    /// Per seed: what was bought.
    bought: Vec<buying::Bought>,
    classroom: Option<Classroom>,
    measurement: Measurement,
    losses: Vec<LossPoint>,
    evaluations: Vec<Evaluation>,
    samples: Vec<SampleRow>,
    speed: Speed,
    seconds: f64,
    finished: bool,
}

impl Session {
    /// A run at its beginning; nothing is computed yet.
    ///
    /// # Errors
    ///
    /// When a setting is out of range.
    pub fn new(
        library: Rc<Library>,
        settings: Settings,
        engine: Engine,
        device_info: DeviceInfo,
    ) -> Result<Self, SessionError> {
        check(&capability::experiment(), &settings)?;
        let plan = plan(&library, settings);
        let units = units(&plan);
        Ok(Self {
            table: TargetTable::new(library.tokenizer.vocab_size()),
            bought: vec![buying::Bought::default(); plan.settings.seeds as usize],
            classroom: None,
            measurement: Measurement::default(),
            losses: Vec::new(),
            evaluations: Vec::new(),
            samples: Vec::new(),
            speed: Speed::new(&plan),
            seconds: 0.0,
            finished: false,
            units,
            plan,
            library,
            engine,
            device_info,
        })
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Works for about `milliseconds` (one unit of work at least) and tells what happened. `now`: milliseconds.
    ///
    /// # Errors
    ///
    /// When the device or the teacher's API fails. The run cannot go on after that.
    pub async fn advance(&mut self, milliseconds: f64, now: &dyn Fn() -> f64) -> Result<Vec<Event>, SessionError> {
        let mut events = Vec::new();
        let start = now();
        while let Some(unit) = self.units.pop_front() {
            let steps = self.steps_per_read();
            self.work(unit, steps, &mut events, now).await?;
            if now() - start >= milliseconds {
                break;
            }
        }
        Ok(self.with_progress(events))
    }

    /// Exactly one training step, with all that comes before it.
    ///
    /// # Errors
    ///
    /// As [`Session::advance`].
    pub async fn step(&mut self, now: &dyn Fn() -> f64) -> Result<Vec<Event>, SessionError> {
        let mut events = Vec::new();
        let mut trained = false;
        while let Some(unit) = self.units.pop_front() {
            trained |= unit == Unit::Train;
            self.work(unit, 1, &mut events, now).await?;
            // What is measured after a step belongs to it.
            if trained && self.units.front().is_none_or(|next| *next == Unit::Train) {
                break;
            }
        }
        Ok(self.with_progress(events))
    }

    /// How many steps may go to the device before their losses are read.
    fn steps_per_read(&self) -> usize {
        let waits = self
            .classroom
            .as_ref()
            .is_some_and(|classroom| classroom.learner.is_read_late());
        if waits {
            (READ_EVERY_MS / self.speed.milliseconds_per_step()).clamp(1.0, 32.0) as usize
        } else {
            1
        }
    }

    /// One unit; up to `steps` of them where they are training steps.
    async fn work(
        &mut self,
        unit: Unit,
        steps: usize,
        events: &mut Vec<Event>,
        now: &dyn Fn() -> f64,
    ) -> Result<(), SessionError> {
        let start = now();
        let mut count = 1;
        match unit.clone() {
            Unit::Buy { seed, task, count } => self.buy(seed, task, count).await?,
            Unit::Enrol => self.enrol().await?,
            Unit::Train => {
                while count < steps && self.units.pop_front_if(|next| *next == Unit::Train).is_some() {
                    count += 1;
                }
                events.push(self.train(count).await?);
            }
            Unit::Measure { split, task } => self.measure(split, task).await?,
            Unit::Publish { split } => {
                let evaluation = self.publish(split);
                self.evaluations.push(evaluation.clone());
                events.push(Event::Evaluated { evaluation });
            }
            Unit::Sample => {
                self.samples = self.sample().await?;
                events.push(Event::Samples {
                    step: self.steps_done(),
                    rows: self.samples.clone(),
                });
            }
            Unit::Finish => self.finished = true,
        }
        let elapsed = now() - start;
        self.seconds += elapsed / 1000.0;
        self.speed.record(&unit, count, elapsed);
        if unit == Unit::Finish {
            events.push(Event::Finished {
                run: Box::new(self.run_file()),
            });
        }
        Ok(())
    }

    /// Adds where the run is, and keeps only the latest loss: a fast device makes more steps than a chart has pixels.
    fn with_progress(&self, mut events: Vec<Event>) -> Vec<Event> {
        let latest = events.iter().rposition(|event| matches!(event, Event::Trained { .. }));
        let mut index = 0;
        events.retain(|event| {
            index += 1;
            !matches!(event, Event::Trained { .. }) || Some(index - 1) == latest
        });
        events.extend([self.speed.progress(&self.units), self.speed.speed(&self.units)]);
        events
    }

    fn steps_done(&self) -> u32 {
        self.classroom
            .as_ref()
            .map_or(0, |classroom| classroom.learner.updates())
    }

    /// The run so far.
    pub fn run_file(&self) -> RunFile {
        let last = self.losses.last().map(|point| &point.loss);
        let verdicts = match self.evaluations.last() {
            Some(evaluation) if self.finished => capability::verdicts(evaluation),
            _ => Vec::new(),
        };
        RunFile {
            format: RunFile::FORMAT.into(),
            version: RunFile::VERSION,
            experiment: "capability".into(),
            stillroom: env!("CARGO_PKG_VERSION").into(),
            device: self.device_info.clone(),
            teacher: self.library.card.info(),
            plan: self.plan.clone(),
            losses: thin(&self.losses),
            evaluations: self.evaluations.clone(),
            samples: self.samples.clone(),
            verdicts,
            failed_members: last.map_or(0, |loss| loss.iter().filter(|loss| loss.is_none()).count() as u32),
            seconds: self.seconds,
            finished: self.finished,
        }
    }

    /// The parameters of one member.
    ///
    /// # Errors
    ///
    /// When there is no such member, or none yet, or the device fails.
    pub async fn member_weights(&self, member: u32) -> Result<Vec<f32>, SessionError> {
        let classroom = self.classroom.as_ref().ok_or(SessionError::NotYet)?;
        if member as usize >= self.plan.members.len() {
            return Err(SessionError::NoSuchMember(member));
        }
        let count = self.library.student_config().parameter_count();
        let all = classroom.learner.weights().await?;
        Ok(all[member as usize * count..][..count].to_vec())
    }

    async fn enrol(&mut self) -> Result<(), SessionError> {
        let config = self.library.student_config();
        let mut weights = Vec::new();
        for member in &self.plan.members {
            weights.extend(initial_parameters(&config, u64::from(member.seed)));
        }
        let lessons = self.lessons()?;
        let (shape, mixture) = teaching::shape(config, &self.plan, &lessons);
        let learner = Learner::new(
            &self.engine,
            shape.clone(),
            &weights,
            AdamWConfig::default(),
            mixture,
            &self.table,
        )
        .await?;
        let schedule = Schedule::new(PEAK_RATE, self.plan.settings.steps);
        let seeds = self.plan.members.iter().map(|member| member.seed).collect();
        self.classroom = Some(Classroom::new(learner, shape, schedule, lessons, seeds));
        // The learner has its own copy now.
        self.table = TargetTable::new(self.library.tokenizer.vocab_size());
        Ok(())
    }

    /// So many steps; the event of the last one.
    async fn train(&mut self, count: usize) -> Result<Event, SessionError> {
        let classroom = self.classroom.as_mut().ok_or(SessionError::NotYet)?;
        let mut learning_rate = 0.0;
        for _ in 0..count {
            learning_rate = classroom.step()?;
        }
        let first = classroom.learner.updates() - count as u32 + 1;
        let losses = classroom.learner.losses().await?;
        let points = losses.chunks_exact(self.plan.members.len()).zip(first..);
        self.losses.extend(points.map(|(losses, step)| {
            LossPoint {
                step,
                loss: losses
                    .iter()
                    .map(|loss| loss.is_finite().then(|| f64::from(*loss)))
                    .collect(),
            }
        }));
        Ok(Event::Trained {
            step: self.steps_done(),
            loss: self.losses.last().map(|point| point.loss.clone()).unwrap_or_default(),
            learning_rate,
        })
    }

    fn meter(&self, member: &Member) -> Meter {
        let seed = (member.seed - self.plan.settings.seed) as usize;
        self.bought[seed].meter(member.arm)
    }
}

/// At most about 600 points, the last one kept.
fn thin(losses: &[LossPoint]) -> Vec<LossPoint> {
    let stride = losses.len().div_ceil(600).max(1);
    losses.iter().rev().step_by(stride).rev().cloned().collect()
}

#[cfg(test)]
mod tests;
