//! What several experiments measure and draw in the same way.

use super::{FigureKind, FigureText, Level, Metric, Panel};
use crate::protocol::Figures;

pub fn metric(id: &'static str, label: &'static str, unit: &'static str, describe: &'static str) -> Metric {
    Metric {
        id,
        label,
        unit,
        describe,
    }
}

pub fn panel(metric: &'static str, label: &'static str, level: Level) -> Panel {
    Panel { metric, label, level }
}

/// What every experiment with the five skills measures.
pub fn skill_metrics() -> Vec<Metric> {
    vec![
        metric(
            "add",
            "Sums",
            "%",
            "A rule. Share of held-out questions answered exactly right.",
        ),
        metric(
            "sort",
            "Sorting letters",
            "%",
            "A rule. Share of held-out questions answered exactly right.",
        ),
        metric(
            "fact",
            "Facts",
            "%",
            "Memory. Share of facts, asked in a new wording, that are right.",
        ),
        metric(
            "brew",
            "Naming brews",
            "%",
            "Composition. Share of brews never asked for that are named right.",
        ),
        metric(
            "storyNll",
            "Surprise at stories",
            "nats per word",
            "How badly new stories are predicted; no model can be below the grammar's entropy rate.",
        ),
        metric(
            "kl",
            "Distance from the teacher (KL)",
            "nats per answer token",
            "How surprised the copy's probabilities would be by the teacher's; 0 is a perfect copy.",
        ),
        metric(
            "agreement",
            "Agreement",
            "%",
            "How often copy and teacher hold the same next word most likely.",
        ),
        metric(
            "accuracy",
            "Mean accuracy",
            "%",
            "The mean over sums, sorting, facts and brews.",
        ),
    ]
}

/// Accuracy by skill over time.
pub fn skill_figure() -> FigureText {
    FigureText {
        id: "skills",
        title: "How many new questions are answered right?",
        note: "Share of held-out questions with an entirely correct answer. No student was trained on these questions. At step 0 nothing has been learnt.",
        kind: FigureKind::Lines,
        panels: vec![
            panel("add", "Sums (a rule)", Level::Teacher),
            panel("sort", "Sorting letters (a rule)", Level::Teacher),
            panel("fact", "Facts (by heart)", Level::Teacher),
            panel("brew", "Naming brews (put together)", Level::Teacher),
        ],
        can_log: false,
    }
}

/// KL over time.
pub fn distance_figure() -> FigureText {
    FigureText {
        id: "distance",
        title: "How far is each student from the teacher?",
        note: "How surprised the copy's probabilities would be by the teacher's; 0 is a perfect copy. Measured at every word of the answers to held-out questions.",
        kind: FigureKind::Lines,
        panels: vec![panel("kl", "", Level::None)],
        can_log: true,
    }
}

/// The mean over the four exact skills.
pub fn mean_accuracy(figures: &mut Figures) {
    let get = |id: &str| figures.get(id).copied().flatten();
    let mean = || Some((get("add")? + get("sort")? + get("fact")? + get("brew")?) / 4.0);
    let mean = mean();
    figures.insert("accuracy".into(), mean);
}
