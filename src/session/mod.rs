//! One run, pulled step by step: the host asks for work with [`Session::advance`], and to pause is not to ask.

mod ask;
pub mod benchmark;
mod buying;
mod checkpoint;
mod inspect;
mod kept;
mod library;
mod measuring;
mod memory;
mod speed;
mod students;
mod teaching;
mod units;

pub use inspect::InspectError;
pub use library::{Library, LibraryError, ModelFiles, Teacher};

use crate::engine::{Engine, Failure};
use crate::eval::Probe;
use crate::experiment::{Answers, Course, Experiment, Results, SettingsError, Start, check, named, teachers};
use crate::objective::Collected;
use crate::protocol::*;
use crate::teacher::{ApiError, Lesson};
use crate::tokenizer::TokenizerError;
use buying::Lot;
use checkpoint::Stopped;
use kept::Kept;
use measuring::Measurement;
pub use memory::TooMuch;
use speed::Speed;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::rc::Rc;
use students::cohorts;
use teaching::{Classroom, Cohort};
use units::{Unit, courses, plan, units};

/// On a GPU, and on several threads, the losses of so many milliseconds' steps are read together: a read is waited for, the
/// steps before it are not. More would be felt when a run is paused.
const READ_EVERY_MS: f64 = 50.0;

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
    #[error("This run is too large for the device: {0}. Choose fewer seeds or arms.")]
    TooLarge(String),
    #[error(transparent)]
    Memory(#[from] TooMuch),
    #[error("This run needs the teacher {0:?}, whose files have not been read.")]
    NoSuchTeacher(TeacherName),
    #[error("An arm of this run has nothing to learn from; choose a larger query budget.")]
    NothingToAsk,
    #[error("There is no student number {0} in this run.")]
    NoSuchMember(u32),
    #[error("The students have not been made yet; press Start first.")]
    NotYet,
    #[error(transparent)]
    Inspect(#[from] InspectError),
}

/// One run.
pub struct Session {
    library: Rc<Library>,
    engine: Engine,
    device_info: DeviceInfo,
    experiment: Experiment,
    plan: Plan,
    /// Of each arm of the settings.
    courses: Vec<Course>,
    lots: Vec<Lot>,
    probes: Vec<Probe>,
    cohorts: Vec<Cohort>,
    units: VecDeque<Unit>,
    /// While answers are bought: what was shown, and every lesson once.
    table: Collected,
    known: HashSet<Rc<Lesson>>,
    /// Per seed: what was bought.
    bought: Vec<buying::Bought>,
    /// One per cohort, once the students have been made.
    classrooms: Vec<Classroom>,
    measurement: Measurement,
    losses: Vec<LossPoint>,
    evaluations: Vec<Evaluation>,
    samples: Vec<SampleRow>,
    spectra: Vec<Spectrum>,
    speed: Speed,
    seconds: f64,
    finished: bool,
    /// Students of the measured steps. A run that goes wrong falls back to the newest.
    kept: Kept,
    stopped: Option<Stopped>,
}

impl Session {
    /// A run at its beginning; nothing is computed yet.
    ///
    /// # Errors
    ///
    /// When a setting is out of range, a teacher's files are missing (see [`Session::missing`]), or the device is too small for
    /// so many students.
    pub fn new(
        library: Rc<Library>,
        settings: Settings,
        engine: Engine,
        device_info: DeviceInfo,
    ) -> Result<Self, SessionError> {
        if let Some(name) = Self::missing(&library, &settings)?.first() {
            return Err(SessionError::NoSuchTeacher(*name));
        }
        let experiment = named(&settings.experiment)?;
        let design = experiment.design;
        memory::check(&library, &experiment, &settings)?;
        let courses = courses(&experiment, &settings);
        let plan = plan(&library, &experiment, settings, &courses);
        let cohorts = cohorts(&library, &plan, &courses)?;
        for cohort in &cohorts {
            let announced = teaching::announced(cohort, &plan);
            engine.fits(&announced).map_err(SessionError::TooLarge)?;
        }
        let lots = buying::lots(&courses);
        let probes = (design.probes)(&plan.settings);
        let units = units(&plan, &lots, &probes, design.spectra);
        Ok(Self {
            table: Collected::new(library.tokenizer.vocab_size()),
            known: HashSet::new(),
            bought: vec![buying::Bought::nothing(&library, &lots)?; plan.settings.seeds as usize],
            classrooms: Vec::new(),
            measurement: Measurement::default(),
            losses: Vec::new(),
            evaluations: Vec::new(),
            samples: Vec::new(),
            spectra: Vec::new(),
            speed: Speed::new(&plan, &units),
            experiment,
            courses,
            lots,
            probes,
            cohorts,
            seconds: 0.0,
            finished: false,
            kept: Kept::default(),
            stopped: None,
            units,
            plan,
            library,
            engine,
            device_info,
        })
    }

    /// Which teachers a run with these settings needs that the library has not yet.
    ///
    /// # Errors
    ///
    /// When a setting is out of range.
    pub fn missing(library: &Library, settings: &Settings) -> Result<Vec<TeacherName>, SessionError> {
        let experiment = named(&settings.experiment)?;
        check(&experiment, settings)?;
        Ok(library.missing(&teachers(&experiment, settings)))
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Who answers the visitor.
    pub fn teacher_info(&self) -> TeacherInfo {
        let card = self
            .teacher(self.plan.teacher)
            .ok()
            .and_then(|teacher| teacher.card.as_ref().map(|card| card.info()));
        card.unwrap_or_default()
    }

    fn teacher(&self, name: TeacherName) -> Result<Rc<Teacher>, SessionError> {
        self.library.teacher(name).ok_or(SessionError::NoSuchTeacher(name))
    }

    /// What a member learns from.
    fn course(&self, member: &Member) -> &Course {
        let arm = self.plan.settings.arms.iter().position(|arm| *arm == member.arm);
        &self.courses[arm.unwrap_or(0)]
    }

    /// 6 N D of the training of every teacher that a course buys from.
    fn teacher_flops(&self, course: &Course) -> f64 {
        let names: BTreeSet<TeacherName> = course
            .orders()
            .filter_map(|order| match order.answers {
                Answers::Bought { teacher, .. } => Some(teacher),
                _ => None,
            })
            .chain(match course.start {
                Start::CopyOf(name) => Some(name),
                Start::Fresh => None,
            })
            .collect();
        let flops = |name: &TeacherName| Some(self.library.teacher(*name)?.card.as_ref()?.info().training_flops);
        names.iter().filter_map(flops).sum()
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
        let waits = self.classrooms.iter().any(|classroom| classroom.learner.is_read_late());
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
            Unit::Buy { seed, lot, count } => self.buy(seed, lot, count).await?,
            Unit::Enrol => self.enrol().await?,
            Unit::Train => {
                while count < steps && self.units.pop_front_if(|next| *next == Unit::Train).is_some() {
                    count += 1;
                }
                events.push(self.train(count).await?);
                if let Some((step, member)) = self.first_unfinite(count) {
                    self.stop(step, member).await?;
                    events.push(self.ended());
                }
            }
            Unit::Measure { split, probe } => self.measure(split, probe).await?,
            Unit::Spectrum { defence } => self.look_for_width(defence).await?,
            Unit::Publish { split } => {
                let evaluation = self.publish(split);
                self.keep_checkpoint().await?;
                self.evaluations.push(evaluation.clone());
                events.extend([Event::Evaluated { evaluation }, self.kept.event()]);
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
            events.push(self.ended());
        }
        Ok(())
    }

    fn ended(&self) -> Event {
        Event::Finished {
            run: Box::new(self.run_file()),
        }
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
        self.classrooms
            .first()
            .map_or(0, |classroom| classroom.learner.updates())
    }

    /// The run so far.
    pub fn run_file(&self) -> RunFile {
        let last = self.losses.last().map(|point| &point.loss);
        let verdicts = match self.evaluations.last() {
            Some(test) if self.finished => {
                let results = Results::new([test]).with_spectra(&self.spectra);
                (self.experiment.design.verdicts)(&self.plan.settings, &results)
            }
            _ => Vec::new(),
        };
        RunFile {
            format: RunFile::FORMAT.into(),
            version: RunFile::VERSION,
            experiment: self.experiment.id.into(),
            stillroom: env!("CARGO_PKG_VERSION").into(),
            device: self.device_info.clone(),
            teacher: self.teacher_info(),
            plan: self.plan.clone(),
            losses: thin(&self.losses),
            evaluations: self.evaluations.clone(),
            samples: self.samples.clone(),
            verdicts,
            spectra: self.spectra.clone(),
            failed_members: last.map_or(0, |loss| loss.iter().filter(|loss| loss.is_none()).count() as u32),
            seconds: self.seconds,
            finished: self.finished,
            stopped: self.stopped.as_ref().map(|stopped| stopped.sentence.clone()),
        }
    }

    /// So many steps; the event of the last one.
    async fn train(&mut self, count: usize) -> Result<Event, SessionError> {
        let first = self.steps_done() + 1;
        let mut learning_rate = 0.0;
        for _ in 0..count {
            // The first cohort's, which as a rule is that of the new students.
            for classroom in self.classrooms.iter_mut().rev() {
                learning_rate = classroom.step()?;
            }
        }
        let mut points: Vec<LossPoint> = (first..first + count as u32)
            .map(|step| LossPoint {
                step,
                loss: vec![None; self.plan.members.len()],
            })
            .collect();
        for classroom in &mut self.classrooms {
            let members = &classroom.cohort.members;
            let losses = classroom.learner.losses().await?;
            for (point, losses) in points.iter_mut().zip(losses.chunks_exact(members.len())) {
                for (&member, loss) in members.iter().zip(losses) {
                    point.loss[member] = loss.is_finite().then(|| f64::from(*loss));
                }
            }
        }
        self.losses.extend(points);
        Ok(Event::Trained {
            step: self.steps_done(),
            loss: self.losses.last().map(|point| point.loss.clone()).unwrap_or_default(),
            learning_rate,
        })
    }
}

/// At most about 600 points, the last one kept.
fn thin(losses: &[LossPoint]) -> Vec<LossPoint> {
    let stride = losses.len().div_ceil(600).max(1);
    losses.iter().rev().step_by(stride).rev().cloned().collect()
}

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;
