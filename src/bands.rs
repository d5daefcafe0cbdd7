//! Many runs of one experiment, put together: the reference that a live run is drawn on, and the findings.

use crate::eval::stats;
use crate::experiment::{Experiment, Results, SettingSpec, SettingsError, named};
use crate::protocol::{Evaluation, RunFile, Settings, Spectrum, Verdict};
use crate::world::Split;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// A reference: medians and 5 to 95 % bands over seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bands {
    /// Always [`Bands::FORMAT`].
    pub format: String,
    pub version: u32,
    pub experiment: String,
    /// Of all runs; the seed is the first one's.
    pub settings: Settings,
    pub stillroom: String,
    /// The state of the source that computed them.
    pub commit: String,
    pub device: String,
    pub seeds: Vec<u32>,
    pub runs: u32,
    /// Runs with a member whose loss stopped being finite; they are counted, and their figures are missing.
    pub failed: u32,
    /// Of computing, all runs together.
    pub seconds: f64,
    pub curves: Vec<Curve>,
    #[serde(rename = "final")]
    pub last: Vec<Last>,
    pub teachers: Vec<TeacherLast>,
    pub verdicts: Vec<Verdict>,
    pub spectra: Vec<Spectrum>,
}

/// A metric of an arm over training steps, on the validation questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub arm: String,
    pub metric: String,
    pub steps: Vec<u32>,
    pub median: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

/// A metric of an arm at the end, on the test questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Last {
    pub arm: String,
    pub metric: String,
    /// Seeds with a value, and those without.
    pub n: u32,
    pub failed: u32,
    pub mean: f64,
    pub median: f64,
    pub low: f64,
    pub high: f64,
    /// 95 % interval of the mean over seeds, by Student's t.
    pub interval: Option<[f64; 2]>,
}

/// A metric of a teacher on the same questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TeacherLast {
    pub teacher: crate::protocol::TeacherName,
    pub metric: String,
    pub value: f64,
}

/// Why runs cannot be put together: the sentence that the user reads.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BandsError {
    #[error("There are no finished runs to put together.")]
    Empty,
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("The runs with seeds {0} and {1} have different settings; put them into different folders.")]
    OtherSettings(u32, u32),
    #[error("Seed {0} is there twice.")]
    Twice(u32),
    #[error("The run with seed {0} has several seeds in it; a reference is made of runs with one seed each.")]
    Several(u32),
    #[error("The run with seed {0} was not finished.")]
    Unfinished(u32),
}

impl Bands {
    pub const FORMAT: &str = "stillroom.bands";
    pub const VERSION: u32 = 1;

    /// From run files of one experiment with the same settings but for the seed.
    ///
    /// # Errors
    ///
    /// When the runs do not belong together.
    pub fn new(runs: &[RunFile], commit: &str) -> Result<Self, BandsError> {
        let mut runs: Vec<&RunFile> = runs.iter().collect();
        runs.sort_by_key(|run| run.plan.settings.seed);
        let first = *runs.first().ok_or(BandsError::Empty)?;
        let settings = &first.plan.settings;
        for pair in runs.windows(2) {
            let (one, other) = (&pair[0].plan.settings, &pair[1].plan.settings);
            if one.seed == other.seed {
                return Err(BandsError::Twice(one.seed));
            }
            if (Settings {
                seed: other.seed,
                ..one.clone()
            }) != *other
            {
                return Err(BandsError::OtherSettings(one.seed, other.seed));
            }
        }
        for run in &runs {
            let seed = run.plan.settings.seed;
            if run.plan.settings.seeds != 1 {
                return Err(BandsError::Several(seed));
            }
            // A run that was stopped because a loss was no number is finished, too, and counts as failed.
            if !run.finished && run.stopped.is_none() {
                return Err(BandsError::Unfinished(seed));
            }
        }
        let experiment = named(&settings.experiment)?;
        let tests: Vec<Option<&Evaluation>> = runs.iter().map(|run| test(run)).collect();
        let whole: Vec<&Evaluation> = tests.iter().copied().flatten().collect();
        let verdicts = if whole.is_empty() {
            Vec::new()
        } else {
            let results = Results::new(whole.iter().copied()).with_spectra(&first.spectra);
            (experiment.design.verdicts)(settings, &results)
        };
        let adapters: BTreeSet<&str> = runs.iter().map(|run| run.device.adapter.as_str()).collect();
        Ok(Self {
            format: Self::FORMAT.into(),
            version: Self::VERSION,
            experiment: settings.experiment.clone(),
            stillroom: first.stillroom.clone(),
            commit: commit.to_owned(),
            device: adapters.into_iter().collect::<Vec<_>>().join("; "),
            seeds: runs.iter().map(|run| run.plan.settings.seed).collect(),
            runs: runs.len() as u32,
            failed: runs
                .iter()
                .filter(|run| run.failed_members > 0 || !run.finished)
                .count() as u32,
            seconds: rounded(runs.iter().map(|run| run.seconds).sum()),
            curves: curves(settings, &runs),
            last: last(settings, &tests),
            teachers: teachers(&whole),
            spectra: first.spectra.iter().map(shortened).collect(),
            verdicts,
            settings: settings.clone(),
        })
    }

    /// The settings that are not as by default, but for the seed, with their values. Also those that do not matter for what a
    /// run may be drawn beside ([`SettingSpec::matters`]): two references of one thing, one with some of the arms or with
    /// fewer questions, are two files, and only one of them is the page's.
    pub fn departures<'a>(&self, experiment: &'a Experiment) -> Vec<(&'a SettingSpec, Value)> {
        let defaults = serde_json::to_value((experiment.design.defaults)()).unwrap_or_default();
        let settings = serde_json::to_value(&self.settings).unwrap_or_default();
        let specs = experiment.settings.iter().filter(|spec| spec.key != "seed");
        specs
            .filter(|spec| settings[spec.key] != defaults[spec.key])
            .map(|spec| (spec, settings[spec.key].clone()))
            .collect()
    }

    /// The name of its file: the experiment, and what is not as by default.
    pub fn name(&self, experiment: &Experiment) -> String {
        let mut name = self.experiment.clone();
        for (spec, value) in self.departures(experiment) {
            let text = match value {
                Value::String(text) => text,
                Value::Array(_) => "some".into(),
                other => other.to_string(),
            };
            name += &format!("-{}-{text}", spec.key);
        }
        name
    }
}

/// The test measurement of a finished run.
fn test(run: &RunFile) -> Option<&Evaluation> {
    run.evaluations
        .last()
        .filter(|evaluation| run.finished && evaluation.split == Split::Test)
}

/// Six significant digits are more than a chart shows, and shorter files.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powf(5.0 - value.abs().log10().floor());
    (value * scale).round() / scale
}

fn shortened(spectrum: &Spectrum) -> Spectrum {
    let three = |value: &f64| format!("{value:.3e}").parse().unwrap_or(*value);
    Spectrum {
        values: spectrum.values.iter().map(three).collect(),
        drop: rounded(spectrum.drop),
        ..spectrum.clone()
    }
}

fn metrics(evaluations: &[&Evaluation]) -> Vec<String> {
    let all: BTreeSet<&String> = evaluations
        .iter()
        .flat_map(|evaluation| evaluation.members.iter().flat_map(|member| member.figures.keys()))
        .collect();
    all.into_iter().cloned().collect()
}

/// Of every run the value of an arm's metric.
fn value(evaluation: &Evaluation, arm: &str, metric: &str) -> Option<f64> {
    let member = evaluation.members.iter().find(|member| member.arm == arm)?;
    member.figures.get(metric).copied().flatten()
}

fn curves(settings: &Settings, runs: &[&RunFile]) -> Vec<Curve> {
    let interim = |run: &RunFile| -> Vec<Evaluation> {
        let all = run
            .evaluations
            .iter()
            .filter(|evaluation| evaluation.split == Split::Validation);
        all.cloned().collect()
    };
    let all: Vec<Vec<Evaluation>> = runs.iter().map(|run| interim(run)).collect();
    let steps: BTreeSet<u32> = all.iter().flatten().map(|evaluation| evaluation.step).collect();
    let flat: Vec<&Evaluation> = all.iter().flatten().collect();
    let mut curves = Vec::new();
    for arm in &settings.arms {
        for metric in metrics(&flat) {
            let mut curve = Curve {
                arm: arm.clone(),
                metric: metric.clone(),
                steps: Vec::new(),
                median: Vec::new(),
                low: Vec::new(),
                high: Vec::new(),
            };
            for &step in &steps {
                let at = flat.iter().filter(|evaluation| evaluation.step == step);
                let values: Vec<f64> = at.filter_map(|evaluation| value(evaluation, arm, &metric)).collect();
                let quantile = |q| stats::quantile(&values, q).map(rounded);
                if let (Some(low), Some(median), Some(high)) = (quantile(0.05), quantile(0.5), quantile(0.95)) {
                    curve.steps.push(step);
                    curve.low.push(low);
                    curve.median.push(median);
                    curve.high.push(high);
                }
            }
            if !curve.steps.is_empty() {
                curves.push(curve);
            }
        }
    }
    curves
}

fn last(settings: &Settings, tests: &[Option<&Evaluation>]) -> Vec<Last> {
    let whole: Vec<&Evaluation> = tests.iter().copied().flatten().collect();
    let mut all = Vec::new();
    for arm in &settings.arms {
        for metric in metrics(&whole) {
            let of = |test: &Option<&Evaluation>| test.and_then(|test| value(test, arm, &metric));
            let values: Vec<f64> = tests.iter().filter_map(of).collect();
            let (Some(mean), Some(median)) = (stats::mean(&values), stats::median(&values)) else {
                continue;
            };
            let quantile = |q| stats::quantile(&values, q).map_or(median, rounded);
            all.push(Last {
                arm: arm.clone(),
                metric,
                n: values.len() as u32,
                failed: (tests.len() - values.len()) as u32,
                mean: rounded(mean),
                median: rounded(median),
                low: quantile(0.05),
                high: quantile(0.95),
                interval: stats::mean_interval(&values, 0.95)
                    .map(|interval| [rounded(interval.low), rounded(interval.high)]),
            });
        }
    }
    all
}

fn teachers(tests: &[&Evaluation]) -> Vec<TeacherLast> {
    let first = tests.first().map(|test| test.teachers.as_slice()).unwrap_or_default();
    first
        .iter()
        .flat_map(|teacher| {
            teacher.figures.iter().filter_map(|(metric, value)| {
                Some(TeacherLast {
                    teacher: teacher.name,
                    metric: metric.clone(),
                    value: rounded((*value)?),
                })
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
