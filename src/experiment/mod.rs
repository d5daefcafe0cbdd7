//! The registry: one module per experiment. Hypothesis, arms, metrics, figures, thresholds, cautions and settings are data that
//! the page and the command line both print; what an arm learns from is data for the session.

pub mod access;
pub mod bias;
pub mod capability;
mod course;
pub mod guardrails;
mod results;
mod settings;
mod shown;
mod spectrum;
mod weigh;

pub use course::{Answers, Course, Order, PER_TASK, Slot, Start, evenly, share};
pub use results::{Results, over};
pub use settings::{Choice, Kind, SettingSpec, SettingsError, check};
pub use spectrum::{DEFENCES, Defence, PREFIX, prompts_for, spectrum};

use crate::eval::Probe;
use crate::protocol::{Figures, Settings, TeacherName, Verdict};
use crate::world::TaskId;
use serde::Serialize;

/// All that is said about an experiment before it runs, and what it is made of.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Experiment {
    pub id: &'static str,
    pub title: &'static str,
    pub question: &'static str,
    pub hypothesis: &'static str,
    pub falsified_if: &'static str,
    pub arms: Vec<ArmText>,
    pub metrics: Vec<Metric>,
    pub figures: Vec<FigureText>,
    pub thresholds: Vec<Threshold>,
    pub against: Vec<Against>,
    pub cautions: Vec<&'static str>,
    pub citations: Vec<Citation>,
    pub settings: Vec<SettingSpec>,
    /// Questions that a visitor may start from.
    pub examples: Vec<&'static str>,
    #[serde(skip)]
    pub design: Design,
}

/// What a session asks of an experiment.
#[derive(Clone, Copy, Debug)]
pub struct Design {
    /// Ranges of these are in the table.
    pub defaults: fn() -> Settings,
    /// Who answers the visitor, and the samples.
    pub teacher: fn(&Settings) -> TeacherName,
    /// What an arm learns from; `None` if it is not trained, or there is no such arm.
    pub course: fn(&Settings, &str) -> Option<Course>,
    pub tasks: fn(&Settings) -> Vec<TaskId>,
    pub probes: fn(&Settings) -> Vec<Probe>,
    /// Sample questions: so many of each.
    pub samples: fn(&Settings) -> Vec<(Probe, usize)>,
    /// Figures that follow from others.
    pub derive: fn(&mut Figures),
    pub verdicts: fn(&Settings, &Results<'_>) -> Vec<Verdict>,
    /// Whether the teacher's hidden size is looked for.
    pub spectra: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct ArmText {
    pub id: &'static str,
    pub label: &'static str,
    pub short: &'static str,
    pub describe: &'static str,
    pub trained: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Metric {
    pub id: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub describe: &'static str,
}

/// One figure of the page.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FigureText {
    pub id: &'static str,
    pub title: &'static str,
    pub note: &'static str,
    pub kind: FigureKind,
    pub panels: Vec<Panel>,
    /// Whether a logarithmic scale makes sense.
    pub can_log: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FigureKind {
    /// A metric over training steps, one line per arm.
    Lines,
    /// The last value of one or two metrics by arm, with intervals.
    Arms,
    /// A metric against the bits that the API exposes per answer token, one mark per arm.
    Bits,
    /// The student's figure against its teacher's, one mark per arm.
    Inheritance,
    /// The three totals of cost.
    Cost,
    /// Singular values.
    Spectrum,
}

/// One chart of a figure.
#[derive(Clone, Debug, Serialize)]
pub struct Panel {
    pub metric: &'static str,
    pub label: &'static str,
    pub level: Level,
}

/// What a metric is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    None,
    /// What the teacher reaches.
    Teacher,
    /// The entropy rate of the stories.
    Entropy,
    /// What guessing gives: one in 24.
    Chance,
}

/// A hypothesis and the rule that decides it, fixed before the run.
#[derive(Clone, Debug, Serialize)]
pub struct Threshold {
    pub id: &'static str,
    pub hypothesis: String,
    pub rule: String,
}

/// What is known of the reasons, and what was tried, where a reference came out against a hypothesis.
#[derive(Clone, Debug, Serialize)]
pub struct Against {
    /// Of the threshold.
    pub id: &'static str,
    pub text: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Citation {
    pub text: &'static str,
    pub url: &'static str,
}

/// Every experiment there is.
pub fn all() -> Vec<Experiment> {
    vec![
        capability::experiment(),
        access::experiment(),
        guardrails::experiment(),
        bias::experiment(),
    ]
}

/// The experiment of that id.
///
/// # Errors
///
/// The sentence that names those there are.
pub fn named(id: &str) -> Result<Experiment, SettingsError> {
    let all = all();
    let known = all
        .iter()
        .map(|experiment| experiment.id)
        .collect::<Vec<_>>()
        .join(", ");
    all.into_iter()
        .find(|experiment| experiment.id == id)
        .ok_or_else(|| SettingsError::NoSuchExperiment {
            asked: id.chars().take(40).collect(),
            known,
        })
}

impl ArmText {
    const fn trained(id: &'static str, label: &'static str, short: &'static str, describe: &'static str) -> Self {
        Self {
            id,
            label,
            short,
            describe,
            trained: true,
        }
    }

    const fn untrained() -> Self {
        Self {
            trained: false,
            ..Self::trained(
                "untrained",
                "Untrained",
                "Untrained",
                "The same student before its first step: the floor.",
            )
        }
    }
}

impl Experiment {
    /// What an arm is called.
    pub fn label(&self, arm: &str) -> &str {
        self.arms
            .iter()
            .find(|text| text.id == arm)
            .map_or("an arm", |text| text.label)
    }

    fn verdict(&self, id: &str, holds: Option<bool>, finding: String) -> Verdict {
        let threshold = self.thresholds.iter().find(|threshold| threshold.id == id);
        Verdict {
            id: id.to_owned(),
            hypothesis: threshold.map(|t| t.hypothesis.clone()).unwrap_or_default(),
            holds,
            finding,
        }
    }
}

/// Every teacher that a run needs, the one that answers first.
pub fn teachers(experiment: &Experiment, settings: &Settings) -> Vec<TeacherName> {
    let mut names = vec![(experiment.design.teacher)(settings)];
    for arm in &settings.arms {
        let Some(course) = (experiment.design.course)(settings, arm) else {
            continue;
        };
        names.push(course.against);
        if let Start::CopyOf(name) = course.start {
            names.push(name);
        }
        names.extend(course.orders().filter_map(|order| match order.answers {
            Answers::Bought { teacher, .. } => Some(teacher),
            _ => None,
        }));
    }
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

/// Every experiment as the JSON that the page is built with: `www/src/generated/experiments.json`.
pub fn describe() -> String {
    serde_json::to_string_pretty(&all()).expect("plain data")
}

#[cfg(test)]
mod tests;
