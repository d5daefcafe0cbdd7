//! The registry: one file per experiment. Hypothesis, arms, metrics, thresholds, cautions and settings are data that the
//! page and the command line both print.

pub mod capability;
mod settings;

pub use settings::{Choice, Kind, SettingSpec, SettingsError, check};

use serde::Serialize;

/// All that is said about an experiment before it runs.
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
    pub thresholds: Vec<Threshold>,
    pub cautions: Vec<&'static str>,
    pub citations: Vec<Citation>,
    pub settings: Vec<SettingSpec>,
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

/// A hypothesis and the rule that decides it, fixed before the run.
#[derive(Clone, Debug, Serialize)]
pub struct Threshold {
    pub id: &'static str,
    pub hypothesis: String,
    pub rule: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Citation {
    pub text: &'static str,
    pub url: &'static str,
}

/// Every experiment there is.
pub fn all() -> Vec<Experiment> {
    vec![capability::experiment()]
}

/// Every experiment as the JSON that the page is built with: `www/src/generated/experiments.json`.
pub fn describe() -> String {
    serde_json::to_string_pretty(&all()).expect("plain data")
}

#[cfg(test)]
mod tests;
