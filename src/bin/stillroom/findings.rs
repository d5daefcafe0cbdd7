//! `docs/findings.md`: what the references say, whether or not it was expected.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use stillroom::bands::{Bands, Last};
use stillroom::eval::stats::fixed;
use stillroom::experiment::{self, Experiment, SettingSpec};
use stillroom::protocol::Settings;

/// The figures that are shown by a setting.
const SWEPT: [&str; 5] = ["add", "accuracy", "kl", "refusal", "harmful"];

/// A verdict's word.
pub fn answer(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "holds",
        Some(false) => "does not hold",
        None => "cannot be told",
    }
}

/// Writes the findings of every reference in a folder.
pub fn write(references: &Path, path: &Path) -> Result<()> {
    let mut all = Vec::new();
    for entry in fs::read_dir(references)? {
        let file = entry?.path();
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let bytes = fs::read(&file)?;
        let bands: Bands = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is no reference, or a damaged one", file.display()))?;
        ensure!(
            bands.format == Bands::FORMAT && bands.version == Bands::VERSION,
            "{} is a reference of another version.",
            file.display()
        );
        all.push(bands);
    }
    let mut text = String::from(
        "# Findings\n\n<!-- Written by `stillroom bands`; do not edit. -->\n\nWhat came out of the experiments natively, over many seeds, whether or not it was expected. Every figure is of this tiny\ninvented world: it shows how a mechanism works, and nothing about what any company did or meant. Thresholds were fixed in\nthe experiments' data before the runs. A run that failed is counted, never dropped.\n",
    );
    for experiment in experiment::all() {
        let mut own: Vec<&Bands> = all.iter().filter(|bands| bands.experiment == experiment.id).collect();
        // The default first, then by how much was asked and trained.
        let is_other = |bands: &Bands| !bands.departures(&experiment).is_empty();
        own.sort_by_key(|bands| {
            let settings = &bands.settings;
            (
                is_other(bands),
                settings.budget,
                settings.steps,
                bands.name(&experiment),
            )
        });
        for bands in &own {
            section(&mut text, &experiment, bands)?;
        }
        for key in ["budget", "steps"] {
            text += &by_setting(&experiment, &own, key)?;
        }
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("Wrote {}.", path.display());
    Ok(())
}

/// What was done, and with which settings where they are not the default's.
fn title(experiment: &Experiment, bands: &Bands) -> String {
    let described = |(spec, value): (&SettingSpec, Value)| {
        let name = &spec.name;
        match value {
            Value::Array(arms) => format!("{} students", arms.len()),
            Value::String(value) => {
                let choice = spec.choices.iter().find(|choice| choice.value == value);
                format!("{name} “{}”", choice.map_or(value.as_str(), |choice| choice.label))
            }
            other => format!("{name} {other}"),
        }
    };
    let departures: Vec<String> = bands.departures(experiment).into_iter().map(described).collect();
    if departures.is_empty() {
        return experiment.title.to_owned();
    }
    format!("{}, with {}", experiment.title, departures.join(", "))
}

fn section(text: &mut String, experiment: &Experiment, bands: &Bands) -> Result<()> {
    let title = title(experiment, bands);
    let settings = &bands.settings;
    writeln!(
        text,
        "\n## {title}\n\n{} {}\n",
        experiment.question, experiment.hypothesis
    )?;
    writeln!(
        text,
        "{} runs, seeds {} to {}, {} failed; {} questions, {} steps; {:.0} s of computing on {}; source {}.\n",
        bands.runs,
        bands.seeds.first().copied().unwrap_or(0),
        bands.seeds.last().copied().unwrap_or(0),
        bands.failed,
        settings.budget,
        settings.steps,
        bands.seconds,
        bands.device,
        bands.commit
    )?;
    writeln!(
        text,
        "| hypothesis | threshold | verdict | figures |\n|---|---|---|---|"
    )?;
    for verdict in &bands.verdicts {
        let rule = experiment
            .thresholds
            .iter()
            .find(|threshold| threshold.id == verdict.id);
        writeln!(
            text,
            "| {} | {} | **{}** | {} |",
            verdict.hypothesis,
            rule.map_or("", |threshold| threshold.rule.as_str()),
            answer(verdict.holds),
            verdict.finding
        )?;
    }
    for against in &experiment.against {
        let verdict = bands.verdicts.iter().find(|verdict| verdict.id == against.id);
        if let Some(verdict) = verdict.filter(|verdict| verdict.holds == Some(false)) {
            writeln!(
                text,
                "\n*{}* What is known of why it does not hold: {}",
                verdict.hypothesis, against.text
            )?;
        }
    }
    write!(
        text,
        "\nMeans over seeds with 95 % intervals, test questions.\n\n{}",
        table(experiment, bands)
    )?;
    Ok(())
}

/// Markdown tables of the main figures by one setting, from the references that differ in nothing else but in how many of the
/// default's arms they have.
fn by_setting(experiment: &Experiment, all: &[&Bands], key: &str) -> Result<String> {
    let default = (experiment.design.defaults)();
    let alike = |settings: &Settings| -> Result<Value> {
        let mut rest = serde_json::to_value(settings)?;
        for free in [key, "arms", "seed"] {
            rest[free] = Value::Null;
        }
        Ok(rest)
    };
    let wanted = alike(&default)?;
    let mut sweep = Vec::new();
    for bands in all {
        let value = serde_json::to_value(&bands.settings)?[key].as_u64();
        let of_default = bands.settings.arms.iter().all(|arm| default.arms.contains(arm));
        if let Some(value) = value.filter(|_| of_default)
            && alike(&bands.settings)? == wanted
        {
            sweep.push((value, *bands));
        }
    }
    let Some(spec) = experiment
        .settings
        .iter()
        .find(|spec| spec.key == key)
        .filter(|_| sweep.len() > 1)
    else {
        return Ok(String::new());
    };
    sweep.sort_by_key(|(value, _)| *value);
    let everywhere = |arm: &&String| sweep.iter().all(|(_, bands)| bands.settings.arms.contains(arm));
    let arms: Vec<&String> = default.arms.iter().filter(everywhere).collect();
    let labels: Vec<&str> = arms.iter().map(|arm| experiment.label(arm)).collect();
    let name = spec.label.to_lowercase();
    let mut text = format!("\n### {}, by {name}\n", experiment.title);
    for metric in experiment.metrics.iter().filter(|metric| SWEPT.contains(&metric.id)) {
        text += &format!(
            "\n{}, mean with its 95 % interval.\n\n| {name} | seeds | {} |\n|---|---|{}\n",
            metric.label,
            labels.join(" | "),
            "---|".repeat(arms.len())
        );
        for (value, bands) in &sweep {
            let cells: Vec<String> = arms
                .iter()
                .map(|arm| found(bands, arm, metric.id).map_or("–".into(), |last| cell(last, metric.unit)))
                .collect();
            text += &format!("| {value} | {} | {} |\n", bands.runs, cells.join(" | "));
        }
    }
    Ok(text)
}

fn found<'a>(bands: &'a Bands, arm: &str, metric: &str) -> Option<&'a Last> {
    bands.last.iter().find(|last| last.arm == arm && last.metric == metric)
}

/// A Markdown table of the last measurements, an arm a row.
pub fn table(experiment: &Experiment, bands: &Bands) -> String {
    let metrics: Vec<_> = experiment
        .metrics
        .iter()
        .filter(|metric| bands.last.iter().any(|last| last.metric == metric.id))
        .collect();
    let mut text = String::from("| |");
    metrics
        .iter()
        .for_each(|metric| text += &format!(" {} |", metric.label));
    text += "\n|---|";
    metrics.iter().for_each(|_| text += "---|");
    text.push('\n');
    for teacher in unique(bands.teachers.iter().map(|last| last.teacher)) {
        let name = serde_json::to_value(teacher).unwrap_or_default();
        text += &format!("| *teacher: {}* |", name.as_str().unwrap_or_default());
        for metric in &metrics {
            let last = bands
                .teachers
                .iter()
                .find(|last| last.teacher == teacher && last.metric == metric.id);
            text += &format!(" {} |", last.map_or("–".into(), |last| show(last.value, metric.unit)));
        }
        text.push('\n');
    }
    for arm in &bands.settings.arms {
        text += &format!("| {} |", experiment.label(arm));
        for metric in &metrics {
            let last = found(bands, arm, metric.id);
            text += &format!(" {} |", last.map_or("–".into(), |last| cell(last, metric.unit)));
        }
        text.push('\n');
    }
    text
}

fn unique<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

fn cell(last: &Last, unit: &str) -> String {
    let mean = show(last.mean, unit);
    let failed = if last.failed > 0 {
        format!(", {} failed", last.failed)
    } else {
        String::new()
    };
    match last.interval {
        Some([low, high]) => format!("{mean} ({} to {}{failed})", show(low, unit), show(high, unit)),
        None => format!("{mean}{failed}"),
    }
}

fn show(value: f64, unit: &str) -> String {
    if unit == "%" {
        format!("{} %", fixed(100.0 * value, 1))
    } else {
        fixed(value, 3)
    }
}
