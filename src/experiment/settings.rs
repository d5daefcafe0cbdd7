//! One table of settings: URL, form, validation and documentation are derived from it.

use super::Experiment;
use crate::protocol::{Access, Settings};
use serde::Serialize;
use serde_json::Value;

/// One row of the table; `key` is the field of [`Settings`] in camel case, and the name in URLs.
#[derive(Clone, Debug, Serialize)]
pub struct SettingSpec {
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub kind: Kind,
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
    if settings.access != Access::Full && (settings.temperature != 1.0 || settings.hard_labels != 0.0) {
        return Err(SettingsError::NeedsLogits);
    }
    Ok(())
}
