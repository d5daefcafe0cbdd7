//! One table of settings: URL, form, validation and documentation are derived from it.

use super::{ArmText, Experiment};
use crate::protocol::{Access, Settings};
use serde::Serialize;
use serde_json::Value;

/// One row of the table; `key` is the field of [`Settings`] in camel case, and the name in URLs.
#[derive(Clone, Debug, Serialize)]
pub struct SettingSpec {
    pub key: &'static str,
    pub label: &'static str,
    /// What it is called within a sentence.
    pub name: String,
    pub help: &'static str,
    pub kind: Kind,
    /// Whether runs with two values of it are of two things: a reference made with the other value is not drawn beside a run.
    pub matters: bool,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub step: Option<f64>,
    pub default: Value,
    pub unit: &'static str,
    pub choices: Vec<Choice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Integer,
    Number,
    Choice,
    Arms,
}

#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    pub value: &'static str,
    pub label: &'static str,
    pub help: &'static str,
}

/// Why settings were refused: the sentence that the user reads.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsError {
    #[error("{label} must be from {min} to {max}, and {value} was asked for.")]
    OutOfRange {
        label: &'static str,
        min: f64,
        max: f64,
        value: f64,
    },
    #[error("{label} must be a whole number, and {value} was asked for.")]
    NotWhole { label: &'static str, value: f64 },
    #[error("Choose at least one arm, each once.")]
    Arms,
    #[error("There is no arm {asked:?} in this experiment; there are {known}.")]
    NoSuchArm { asked: String, known: String },
    #[error("There is no experiment {asked:?}; there are {known}.")]
    NoSuchExperiment { asked: String, known: String },
    #[error(
        "A temperature other than 1 and the mixture with hard labels need every logit; choose full access or leave both as they are."
    )]
    NeedsLogits,
}

/// Holds settings against an experiment's table.
///
/// # Errors
///
/// The first setting that is out of range.
pub fn check(experiment: &Experiment, settings: &Settings) -> Result<(), SettingsError> {
    let values = serde_json::to_value(settings).unwrap_or_default();
    for spec in &experiment.settings {
        let (Some(min), Some(max)) = (spec.min, spec.max) else {
            continue;
        };
        // A number that is not finite is null in JSON.
        let value = values[spec.key].as_f64().unwrap_or(f64::NAN);
        if !(min..=max).contains(&value) {
            return Err(SettingsError::OutOfRange {
                label: spec.label,
                min,
                max,
                value,
            });
        }
        if spec.kind == Kind::Integer && value.fract() != 0.0 {
            return Err(SettingsError::NotWhole {
                label: spec.label,
                value,
            });
        }
    }
    let mut arms = settings.arms.clone();
    arms.sort_unstable();
    arms.dedup();
    if arms.is_empty() || arms.len() != settings.arms.len() {
        return Err(SettingsError::Arms);
    }
    let trained = || experiment.arms.iter().filter(|arm| arm.trained).map(|arm| arm.id);
    if let Some(unknown) = arms.iter().find(|arm| trained().all(|id| id != arm.as_str())) {
        return Err(SettingsError::NoSuchArm {
            asked: unknown.chars().take(40).collect(),
            known: trained().collect::<Vec<_>>().join(", "),
        });
    }
    if settings.access != Access::Full && (settings.temperature != 1.0 || settings.hard_labels != 0.0) {
        return Err(SettingsError::NeedsLogits);
    }
    Ok(())
}

impl SettingSpec {
    /// A shorter name than its label.
    pub(super) fn called(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    fn mattering_not(self) -> Self {
        Self { matters: false, ..self }
    }
}

/// Rows of a table, with the experiment's own defaults.
pub(super) struct Table {
    defaults: Value,
}

impl Table {
    pub fn new(defaults: &Settings) -> Self {
        Self {
            defaults: serde_json::to_value(defaults).unwrap_or_default(),
        }
    }

    fn row(
        &self,
        key: &'static str,
        label: &'static str,
        unit: &'static str,
        kind: Kind,
        help: &'static str,
    ) -> SettingSpec {
        SettingSpec {
            key,
            label,
            name: label.to_lowercase(),
            help,
            kind,
            // Unless a row says otherwise: a reference that is not drawn is a smaller fault than one that does not fit.
            matters: true,
            min: None,
            max: None,
            step: None,
            default: self.defaults.get(key).cloned().unwrap_or(Value::Null),
            unit,
            choices: Vec::new(),
        }
    }

    pub fn choice(
        &self,
        key: &'static str,
        label: &'static str,
        help: &'static str,
        choices: &[(&'static str, &'static str, &'static str)],
    ) -> SettingSpec {
        SettingSpec {
            choices: choices
                .iter()
                .map(|&(value, label, help)| Choice { value, label, help })
                .collect(),
            ..self.row(key, label, "", Kind::Choice, help)
        }
    }

    pub fn arms(&self, arms: &[ArmText]) -> SettingSpec {
        let trained = arms.iter().filter(|arm| arm.trained);
        SettingSpec {
            choices: trained
                .map(|arm| Choice {
                    value: arm.id,
                    label: arm.label,
                    help: "",
                })
                .collect(),
            // No student learns from another, and a reference is looked up arm by arm.
            matters: false,
            ..self.row(
                "arms",
                "Students",
                "",
                Kind::Arms,
                "Which students are trained, side by side.",
            )
        }
    }

    pub fn number(
        &self,
        key: &'static str,
        label: &'static str,
        [min, max, step]: [f64; 3],
        help: &'static str,
    ) -> SettingSpec {
        SettingSpec {
            min: Some(min),
            max: Some(max),
            step: Some(step),
            ..self.row(key, label, "", Kind::Number, help)
        }
    }

    fn integer(
        &self,
        key: &'static str,
        label: &'static str,
        unit: &'static str,
        [min, max, step]: [f64; 3],
        help: &'static str,
    ) -> SettingSpec {
        SettingSpec {
            min: Some(min),
            max: Some(max),
            step: Some(step),
            ..self.row(key, label, unit, Kind::Integer, help)
        }
    }

    /// What every experiment lets one change.
    pub fn common(&self) -> Vec<SettingSpec> {
        vec![
            self.integer(
                "budget",
                "Query budget",
                "questions",
                [50.0, 20_000.0, 50.0],
                "How many questions may be put to the teacher.",
            ),
            self.integer(
                "steps",
                "Training steps",
                "steps",
                [1.0, 20_000.0, 50.0],
                "Updates of every student.",
            ),
            // A reference is what comes of many seeds, so a run of any seed is seen against it.
            self.integer(
                "seed",
                "Seed",
                "",
                [0.0, f64::from(u32::MAX - 16), 1.0],
                "Decides questions, answers and initial weights.",
            )
            .mattering_not(),
            // A seed among others trains as it does alone.
            self.integer(
                "seeds",
                "Seeds side by side",
                "",
                [1.0, 8.0, 1.0],
                "Repeats everything with the next seeds, in the same kernels.",
            )
            .mattering_not(),
            // With fewer questions the same thing is measured less exactly.
            self.integer(
                "items",
                "Questions per measurement",
                "questions",
                [5.0, 300.0, 5.0],
                "Of every skill. The last measurement takes three times as many, of the test questions.",
            )
            .mattering_not(),
        ]
    }
}
