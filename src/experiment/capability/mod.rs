//! E1 and E1b of science.md: does a student copy the capability, what does it cost, and what was not copied?

mod course;
mod verdicts;

use super::settings::Table;
use super::shown::{distance_figure, mean_accuracy, metric, panel, skill_figure, skill_metrics};
use super::weigh::{self, CLOSER, SEEDS_FOR_FLIPS, SEEDS_FOR_TESTS};
use super::{Against, ArmText, Citation, Design, Experiment, FigureKind, FigureText, Level, Metric, Threshold};
use crate::eval::Probe;
use crate::protocol::Settings;
use crate::world::{Questions, TaskId};

/// A copy from text is called better than learning without the teacher from this difference in mean accuracy.
pub const BETTER: f64 = 0.05;
/// Two arms are called equal when the 90 % interval of their difference lies within this margin.
pub const MARGIN: f64 = 0.02;
/// A control is at the floor up to this mean accuracy.
pub const FLOOR: f64 = 0.05;
/// What guessing a fact gives.
pub const CHANCE: f64 = 1.0 / 24.0;

/// Words, thresholds and the settings table.
pub fn experiment() -> Experiment {
    let arms = arms();
    Experiment {
        id: "capability",
        title: "Copying a skill",
        question: "Can a smaller model copy what a larger one can do, and what does that cost?",
        hypothesis: "A student that sees only the teacher's answers does better than one with a tenth as many true answers; one that also sees the probabilities comes closer to the teacher.",
        falsified_if: "The copies are no better than a student that never saw the teacher and has a tenth of the labels, or a student of an untrained teacher does as well.",
        settings: settings(&arms),
        arms,
        metrics: metrics(),
        figures: figures(),
        thresholds: thresholds(),
        against: vec![
            Against {
                id: "labels",
                text: "Two points is a narrow margin: with few seeds, or few questions, the interval is wider than that, which shows neither a difference nor its absence. A teacher that makes errors teaches them, so its text is worth less than the truth.",
            },
            Against {
                id: "replicates",
                text: "The students train for a short while. Sums, the hardest skill, have hardly begun to be learnt by then, from the truth no more than from the teacher. Four times as many steps (docs/findings.md) bring sums along, furthest from probabilities, and make the copies from text worse at stories, of which they see the same few again and again.",
            },
            Against {
                id: "illusion",
                text: "With few questions the copy has not learnt the facts that it asked for either, so the two cannot be far apart.",
            },
        ],
        cautions: vec![
            "This is a tiny invented world. It shows how copying works, and nothing about what any company did or meant.",
            "One run is an anecdote: seeds differ, most of all in sorting.",
            "Where the teacher is right, its text is the truth: what the copier saves is the price of labels, not information per word.",
            "What it costs depends on which total is drawn: if the teacher must be trained for one student, copying need not be cheaper.",
            "The teacher was trained on as many true answers as it wished; the students were not.",
            "A fact that was not asked for cannot be copied from answers to other questions.",
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
                text: "Mason-Williams et al. 2025, A Functional Perspective on Knowledge Distillation",
                url: "https://arxiv.org/abs/2510.12615",
            },
            Citation {
                text: "Gudibande et al. 2023, The False Promise of Imitating Proprietary LLMs",
                url: "https://arxiv.org/abs/2305.15717",
            },
            Citation {
                text: "Busbridge et al. 2025, Distillation Scaling Laws",
                url: "https://arxiv.org/abs/2502.08606",
            },
        ],
        examples: vec![
            "please 37 + 48 =",
            "please moss + ember =",
            "please colour of tal =",
            "please sort c a h b b =",
            "please story of fox =",
        ],
        design: Design {
            defaults,
            teacher: |settings| settings.teacher,
            course: course::course,
            tasks: |_| TaskId::SKILLS.to_vec(),
            probes,
            samples: |_| Probe::skills().into_iter().map(|probe| (probe, 2)).collect(),
            derive: mean_accuracy,
            verdicts: verdicts::verdicts,
            spectra: false,
        },
    }
}

fn arms() -> Vec<ArmText> {
    let arm = ArmText::trained;
    vec![
        arm(
            "logits",
            "Copied from probabilities",
            "Probabilities",
            "For every word of an answer the teacher's API also shows how likely it held each other word.",
        ),
        arm(
            "text",
            "Copied from text",
            "Text",
            "The API shows the teacher's answers and nothing else. Same questions, same answers as the arm above.",
        ),
        arm(
            "scratch",
            "Never saw the teacher",
            "No teacher",
            "True answers for a tenth as many questions, repeated: our guess at what a copier might own without the teacher.",
        ),
        arm(
            "truth",
            "As many true answers",
            "True answers",
            "The same questions with true answers in place of the teacher's: what the teacher's text is worth.",
        ),
        arm(
            "random",
            "Copied from an untrained teacher",
            "Untrained teacher",
            "The control: everything as in the first arm, but the teacher knows nothing.",
        ),
        arm(
            "partial",
            "Copied in part",
            "In part",
            "Text, but only a third of the facts and no brew was ever asked for.",
        ),
        arm(
            "mixture",
            "Probabilities, softened",
            "Softened",
            "Temperature 2 and a tenth of hard labels, after Hinton et al. 2015.",
        ),
        arm(
            "partialTruth",
            "True answers, in part",
            "True, in part",
            "The questions of the copy in part, with true answers.",
        ),
        ArmText::untrained(),
    ]
}

fn metrics() -> Vec<Metric> {
    let mut all = skill_metrics();
    all.extend([
        metric(
            "factAsked",
            "Facts of the third",
            "%",
            "The facts that every copy asked for.",
        ),
        metric(
            "factUnasked",
            "The other facts",
            "%",
            "The facts that the copy in part never asked for; guessing gives one in 24.",
        ),
        metric(
            "addFar",
            "Longer sums",
            "%",
            "Three digits, where nobody was taught more than two.",
        ),
        metric(
            "sortFar",
            "Longer sorts",
            "%",
            "Seven letters, where nobody was taught more than five.",
        ),
        metric(
            "brewFar",
            "Brews of three",
            "%",
            "Three ingredients, where nobody was taught more than two.",
        ),
        metric(
            "cost",
            "Cost",
            "FLOP",
            "Three totals: the student's training; with the teacher's answers; with the teacher's own training.",
        ),
    ]);
    all
}

fn figures() -> Vec<FigureText> {
    vec![
        skill_figure(),
        distance_figure(),
        FigureText {
            id: "agreement",
            title: "How often would both say the same next word?",
            note: "How often copy and teacher hold the same next word most likely.",
            kind: FigureKind::Lines,
            panels: vec![panel("agreement", "", Level::None)],
            can_log: false,
        },
        FigureText {
            id: "stories",
            title: "How surprising are new stories to each student?",
            note: "In nats per word; lower is better. Stories have many right endings, so some surprise always remains: the dotted line is the least that any model can have.",
            kind: FigureKind::Lines,
            panels: vec![panel("storyNll", "", Level::Entropy)],
            can_log: false,
        },
        FigureText {
            id: "illusion",
            title: "What was not asked for, was it copied?",
            note: "On the questions of a benchmark a copy can look whole. Left: facts that the copy in part asked for. Then facts that it never asked for, and questions of a kind that nobody was taught; the line shows whether the teacher can answer them.",
            kind: FigureKind::Arms,
            panels: vec![
                panel("factAsked", "Facts of the third", Level::Teacher),
                panel("factUnasked", "The other facts", Level::Chance),
                panel("brew", "Brews", Level::Teacher),
                panel("sortFar", "Longer sorts", Level::Teacher),
                panel("addFar", "Longer sums", Level::Teacher),
                panel("brewFar", "Brews of three", Level::Teacher),
            ],
            can_log: false,
        },
        FigureText {
            id: "cost",
            title: "What did it cost, and who paid?",
            note: "Arithmetic for one student, counted three ways: training the student; with the teacher's work of answering; with the training of the teacher. The scale is logarithmic: equal distances are equal ratios.",
            kind: FigureKind::Cost,
            panels: vec![panel("cost", "", Level::None)],
            can_log: false,
        },
    ]
}

fn thresholds() -> Vec<Threshold> {
    let margin = 100.0 * MARGIN;
    vec![
        Threshold {
            id: "closer",
            hypothesis: "Seeing probabilities brings the copy closer to the teacher than seeing text.".into(),
            rule: format!(
                "KL of the probabilities arm is at most {CLOSER} of the text arm's, on the test questions; from {SEEDS_FOR_FLIPS} seeds on also a sign-flip test over seeds at {}.",
                weigh::LEVEL
            ),
        },
        Threshold {
            id: "better",
            hypothesis: "Copying text beats learning without the teacher.".into(),
            rule: format!(
                "Mean accuracy over the four exact skills is at least {:.0} points above the arm that never saw the teacher; from {SEEDS_FOR_FLIPS} seeds on also a sign-flip test at {}.",
                100.0 * BETTER,
                weigh::LEVEL
            ),
        },
        Threshold {
            id: "labels",
            hypothesis: "The teacher's text is worth as much as true answers to the same number of questions.".into(),
            rule: format!(
                "Two one-sided t-tests over at least {SEEDS_FOR_TESTS} seeds: the 90 % interval of the difference in mean accuracy lies within {margin:.0} points."
            ),
        },
        Threshold {
            id: "replicates",
            hypothesis: "The text copy replicates the teacher's capability.".into(),
            rule: format!(
                "The same test against the teacher's own accuracy, over at least {SEEDS_FOR_TESTS} seeds, within {margin:.0} points."
            ),
        },
        Threshold {
            id: "control",
            hypothesis: "An untrained teacher teaches nothing.".into(),
            rule: format!("Mean accuracy of its student is at most {:.0} %.", 100.0 * FLOOR),
        },
        Threshold {
            id: "illusion",
            hypothesis: "Facts that were not asked for are not copied.".into(),
            rule: "The 95 % interval of the partial copy's accuracy on them (over seeds; in a single run Wilson's, over questions) reaches down to chance, one in 24, while its accuracy on the facts it asked for is at least 50 points higher.".into(),
        },
    ]
}

fn defaults() -> Settings {
    let arms = ["logits", "text", "scratch", "truth", "random", "partial"];
    Settings {
        arms: arms.map(str::to_owned).to_vec(),
        ..Settings::default()
    }
}

fn settings(arms: &[ArmText]) -> Vec<super::SettingSpec> {
    let table = Table::new(&defaults());
    let mut rows = vec![
        table.choice(
            "teacher",
            "Teacher",
            "Who answers.",
            &[
                ("main", "Right nearly always", "Every skill at 97 % or more."),
                (
                    "imperfect",
                    "Wrong sometimes",
                    "Stopped early, so that its errors in addition can be copied too.",
                ),
            ],
        ),
        table.arms(arms),
        table
            .choice(
                "access",
                "What the API shows",
                "For the student that is copied from probabilities.",
                &[
                    ("full", "Every logit", "The whole distribution."),
                    ("top20", "The 20 most likely words", "And the mass of the rest."),
                    ("top5", "The 5 most likely words", "And the mass of the rest."),
                ],
            )
            .called("access"),
    ];
    let mut common = table.common();
    rows.extend(common.drain(..2));
    rows.push(table.number(
        "temperature",
        "Temperature",
        [0.25, 20.0, 0.25],
        "Above 1 the small probabilities count more (Hinton 2015). Full access only.",
    ));
    rows.push(table.number(
        "hardLabels",
        "Weight of hard labels",
        [0.0, 1.0, 0.05],
        "Share of the loss that asks for the word said. Full access only.",
    ));
    rows.extend(common);
    rows
}

fn probes(_: &Settings) -> Vec<Probe> {
    let outside = |figure, task| Probe {
        outside: true,
        ..Probe::part(figure, task, Questions::Any)
    };
    let mut probes = Probe::skills();
    probes.extend([
        Probe::part("factAsked", TaskId::Fact, Questions::FirstThird),
        Probe::part("factUnasked", TaskId::Fact, Questions::OtherThirds),
        outside("addFar", TaskId::Add),
        outside("sortFar", TaskId::Sort),
        outside("brewFar", TaskId::Brew),
    ]);
    probes
}
