//! E1 of science.md: does a student copy the capability, and what does it cost?

use super::{ArmText, Choice, Citation, Experiment, Kind, Metric, SettingSpec, Threshold};
use crate::protocol::{Arm, Evaluation, MemberEvaluation, Scores, Settings, Verdict};
use serde_json::Value;

/// A copy from probabilities is called closer when its KL to the teacher is at most this share of the text copy's.
pub const CLOSER: f64 = 0.9;
/// A copy from text is called better than learning without the teacher from this difference in mean accuracy.
pub const BETTER: f64 = 0.05;

/// Words, thresholds and the settings table.
pub fn experiment() -> Experiment {
    Experiment {
        id: "capability",
        title: "Copying a skill",
        question: "Can a smaller model copy what a larger one can do, and what does that cost?",
        hypothesis: "A student that sees only the teacher's answers learns its skills with far less computing than the teacher needed; one that also sees the probabilities comes closer still.",
        falsified_if: "The copies are no better than a student that never saw the teacher and has a tenth of the labels.",
        arms: vec![
            ArmText {
                id: "logits",
                label: "Copied from probabilities",
                short: "Probabilities",
                describe: "For every word of an answer the teacher's API also shows how likely it held each other word.",
                trained: true,
            },
            ArmText {
                id: "text",
                label: "Copied from text",
                short: "Text",
                describe: "The API shows the teacher's answers and nothing else. Same questions, same answers as the arm above.",
                trained: true,
            },
            ArmText {
                id: "scratch",
                label: "Never saw the teacher",
                short: "No teacher",
                describe: "True answers for a tenth as many questions, repeated: what the copier would own without the teacher.",
                trained: true,
            },
            ArmText {
                id: "untrained",
                label: "Untrained",
                short: "Untrained",
                describe: "The same student before its first step: the floor.",
                trained: false,
            },
        ],
        metrics: vec![
            Metric {
                id: "accuracy",
                label: "Accuracy",
                unit: "%",
                describe: "Share of held-out questions answered exactly right, one skill at a time.",
            },
            Metric {
                id: "kl",
                label: "Distance from the teacher (KL)",
                unit: "nats per answer token",
                describe: "How surprised the copy's probabilities would be by the teacher's; 0 is a perfect copy.",
            },
            Metric {
                id: "agreement",
                label: "Agreement",
                unit: "%",
                describe: "How often copy and teacher hold the same next word most likely.",
            },
            Metric {
                id: "storyNll",
                label: "Surprise at stories",
                unit: "nats per word",
                describe: "How badly new stories are predicted; no model can be below the grammar's entropy rate.",
            },
            Metric {
                id: "cost",
                label: "Cost",
                unit: "FLOP",
                describe: "Three totals: the student's training; with the teacher's answers; with the teacher's own training.",
            },
        ],
        thresholds: vec![
            Threshold {
                id: "closer",
                hypothesis: "Seeing probabilities brings the copy closer to the teacher than seeing text.".into(),
                rule: format!(
                    "KL of the probabilities arm is at most {} of the text arm's, on the test questions.",
                    CLOSER
                ),
            },
            Threshold {
                id: "better",
                hypothesis: "Copying text beats learning without the teacher.".into(),
                rule: format!(
                    "Mean accuracy over the four exact skills is at least {:.0} points above the arm that never saw the teacher.",
                    100.0 * BETTER
                ),
            },
        ],
        cautions: vec![
            "This is a tiny invented world. It shows how copying works, and nothing about what any company did or meant.",
            "One run is an anecdote: seeds differ, most of all in addition.",
            "Where the teacher is right, its text is the truth: what the copier saves is the price of labels, not information per word.",
            "What it costs depends on which total is drawn: with the teacher's own training a copy is not cheaper.",
            "The teacher was trained on as many true answers as it wished; the students were not.",
        ],
        citations: vec![
            Citation {
                text: "Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network",
                url: "https://arxiv.org/abs/1503.02531",
            },
            Citation {
                text: "Kim and Rush 2016, Sequence-Level Knowledge Distillation",
                url: "https://arxiv.org/abs/1606.07947",
            },
            Citation {
                text: "Stanton et al. 2021, Does Knowledge Distillation Really Work?",
                url: "https://arxiv.org/abs/2106.05945",
            },
            Citation {
                text: "Busbridge et al. 2025, Distillation Scaling Laws",
                url: "https://arxiv.org/abs/2502.08606",
            },
        ],
        settings: settings(),
    }
}

/// What the page calls an arm.
pub fn label(arm: Arm) -> &'static str {
    let id = match arm {
        Arm::Logits => "logits",
        Arm::Text => "text",
        Arm::Scratch => "scratch",
    };
    let arms = experiment().arms;
    arms.iter().find(|text| text.id == id).map_or(id, |text| text.label)
}

fn settings() -> Vec<SettingSpec> {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let row =
        |key: &'static str, label: &'static str, unit: &'static str, kind: Kind, help: &'static str| SettingSpec {
            key,
            label,
            help,
            kind,
            min: None,
            max: None,
            step: None,
            default: defaults.get(key).cloned().unwrap_or(Value::Null),
            unit,
            choices: Vec::new(),
        };
    let range = |spec: SettingSpec, min: f64, max: f64, step: f64| SettingSpec {
        min: Some(min),
        max: Some(max),
        step: Some(step),
        ..spec
    };
    let choices = |spec: SettingSpec, choices: &[(&'static str, &'static str, &'static str)]| SettingSpec {
        choices: choices
            .iter()
            .map(|&(value, label, help)| Choice { value, label, help })
            .collect(),
        ..spec
    };
    vec![
        choices(
            row("teacher", "Teacher", "", Kind::Choice, "Who answers."),
            &[
                ("main", "Right nearly always", "Every skill at 97 % or more."),
                (
                    "imperfect",
                    "Wrong sometimes",
                    "Stopped early, so that its errors in addition can be copied too.",
                ),
            ],
        ),
        choices(
            row(
                "arms",
                "Students",
                "",
                Kind::Arms,
                "Which students are trained, side by side.",
            ),
            &[
                ("logits", "Copied from probabilities", ""),
                ("text", "Copied from text", ""),
                ("scratch", "Never saw the teacher", ""),
            ],
        ),
        choices(
            row(
                "access",
                "What the API shows",
                "",
                Kind::Choice,
                "For the student that is copied from probabilities.",
            ),
            &[
                ("full", "Every logit", "The whole distribution."),
                ("top20", "The 20 most likely words", "And the mass of the rest."),
                ("top5", "The 5 most likely words", "And the mass of the rest."),
            ],
        ),
        range(
            row(
                "budget",
                "Query budget",
                "questions",
                Kind::Integer,
                "How many questions may be put to the teacher.",
            ),
            50.0,
            20_000.0,
            50.0,
        ),
        range(
            row(
                "steps",
                "Training steps",
                "steps",
                Kind::Integer,
                "Updates of every student.",
            ),
            1.0,
            20_000.0,
            50.0,
        ),
        range(
            row(
                "temperature",
                "Temperature",
                "",
                Kind::Number,
                "Above 1 the small probabilities count more (Hinton 2015). Full access only.",
            ),
            0.25,
            20.0,
            0.25,
        ),
        range(
            row(
                "hardLabels",
                "Weight of hard labels",
                "",
                Kind::Number,
                "Share of the loss that asks for the word said. Full access only.",
            ),
            0.0,
            1.0,
            0.05,
        ),
        range(
            row(
                "seed",
                "Seed",
                "",
                Kind::Integer,
                "Decides questions, answers and initial weights.",
            ),
            0.0,
            f64::from(u32::MAX - 16),
            1.0,
        ),
        range(
            row(
                "seeds",
                "Seeds side by side",
                "",
                Kind::Integer,
                "Repeats everything with the next seeds, in the same kernels.",
            ),
            1.0,
            8.0,
            1.0,
        ),
        range(
            row(
                "items",
                "Questions per measurement",
                "questions",
                Kind::Integer,
                "Of every skill. The last measurement takes three times as many, of the test questions.",
            ),
            5.0,
            300.0,
            5.0,
        ),
    ]
}

/// The verdicts of a finished run, from its test measurement.
pub fn verdicts(test: &Evaluation) -> Vec<Verdict> {
    let mean = |arm: Arm, value: fn(&MemberEvaluation) -> Option<f64>| {
        let values: Vec<Option<f64>> = test
            .members
            .iter()
            .filter(|member| member.arm == arm)
            .map(value)
            .collect();
        // A member that failed makes the mean unknown: it is never dropped.
        let sum = values.iter().copied().sum::<Option<f64>>()?;
        (!values.is_empty()).then(|| sum / values.len() as f64)
    };
    let seeds = test
        .members
        .iter()
        .filter(|member| member.arm == test.members[0].arm)
        .count();
    let over = if seeds == 1 {
        "1 seed".to_owned()
    } else {
        format!("the mean of {seeds} seeds")
    };
    let find = |id: &str, holds: Option<bool>, finding: String| {
        let threshold = experiment().thresholds.into_iter().find(|threshold| threshold.id == id);
        Verdict {
            id: id.to_owned(),
            hypothesis: threshold.map(|t| t.hypothesis).unwrap_or_default(),
            holds,
            finding,
        }
    };
    let closer = match (mean(Arm::Logits, |m| m.kl), mean(Arm::Text, |m| m.kl)) {
        (Some(logits), Some(text)) => find(
            "closer",
            Some(logits <= CLOSER * text),
            format!(
                "KL to the teacher is {logits:.3} nats per answer token from probabilities and {text:.3} from text ({over})."
            ),
        ),
        _ => find("closer", None, "This run does not have both copies.".into()),
    };
    let better = match (
        mean(Arm::Text, |m| mean_accuracy(&m.scores)),
        mean(Arm::Scratch, |m| mean_accuracy(&m.scores)),
    ) {
        (Some(text), Some(scratch)) => find(
            "better",
            Some(text - scratch >= BETTER),
            format!(
                "Mean accuracy is {:.1} % copied from text and {:.1} % without the teacher ({over}).",
                100.0 * text,
                100.0 * scratch
            ),
        ),
        _ => find(
            "better",
            None,
            "This run does not have both the text copy and the student without a teacher.".into(),
        ),
    };
    vec![closer, better]
}

/// Mean over the four exact skills.
pub fn mean_accuracy(scores: &Scores) -> Option<f64> {
    Some((scores.add? + scores.sort? + scores.fact? + scores.brew?) / 4.0)
}
