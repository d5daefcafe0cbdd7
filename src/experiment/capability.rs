//! E1 and E1b of science.md: does a student copy the capability, what does it cost, and what was not copied?

use super::settings::Table;
use super::weigh::{self, SEEDS_FOR_TESTS, Tested, percent};
use super::{
    Answers, ArmText, Citation, Course, Design, Experiment, FigureKind, FigureText, Level, Metric, Order, Panel,
    Results, Slot, Threshold, over, share,
};
use crate::eval::{Probe, stats};
use crate::protocol::{Access as Shown, Figures, Settings, TeacherName, Verdict};
use crate::teacher::Access;
use crate::world::{Questions, TaskId};

/// A copy from probabilities is called closer when its KL to the teacher is at most this share of the text copy's.
pub const CLOSER: f64 = 0.9;
/// A copy from text is called better than learning without the teacher from this difference in mean accuracy.
pub const BETTER: f64 = 0.05;
/// Two arms are called equal when the 90 % interval of their difference lies within this margin.
pub const MARGIN: f64 = 0.02;
/// A control is at the floor up to this mean accuracy.
pub const FLOOR: f64 = 0.05;
/// What guessing a fact gives.
pub const CHANCE: f64 = 1.0 / 24.0;
/// Sequences per step, of each task.
pub(super) const PER_TASK: usize = 6;

/// Words, thresholds and the settings table.
pub fn experiment() -> Experiment {
    let arms = arms();
    Experiment {
        id: "capability",
        title: "Copying a skill",
        question: "Can a smaller model copy what a larger one can do, and what does that cost?",
        hypothesis: "A student that sees only the teacher's answers learns its skills with far less computing than the teacher needed; one that also sees the probabilities comes closer still.",
        falsified_if: "The copies are no better than a student that never saw the teacher and has a tenth of the labels, or a student of an untrained teacher does as well.",
        settings: settings(&arms),
        arms,
        metrics: metrics(),
        figures: figures(),
        thresholds: thresholds(),
        cautions: vec![
            "This is a tiny invented world. It shows how copying works, and nothing about what any company did or meant.",
            "One run is an anecdote: seeds differ, most of all in addition.",
            "Where the teacher is right, its text is the truth: what the copier saves is the price of labels, not information per word.",
            "What it costs depends on which total is drawn: with the teacher's own training a copy is not cheaper.",
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
            course,
            tasks: |_| TaskId::SKILLS.to_vec(),
            probes,
            samples: |_| Probe::skills().into_iter().map(|probe| (probe, 2)).collect(),
            derive,
            verdicts,
            spectra: false,
        },
    }
}

fn arms() -> Vec<ArmText> {
    let arm = |id, label, short, describe| ArmText {
        id,
        label,
        short,
        describe,
        trained: true,
    };
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
            "True answers for a tenth as many questions, repeated: what the copier would own without the teacher.",
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
            "Temperature 2 and a tenth of hard labels, the recipe of Hinton et al. 2015.",
        ),
        arm(
            "partialTruth",
            "True answers, in part",
            "True, in part",
            "The questions of the copy in part, with true answers.",
        ),
        ArmText {
            trained: false,
            ..arm(
                "untrained",
                "Untrained",
                "Untrained",
                "The same student before its first step: the floor.",
            )
        },
    ]
}

pub(super) fn metric(id: &'static str, label: &'static str, unit: &'static str, describe: &'static str) -> Metric {
    Metric {
        id,
        label,
        unit,
        describe,
    }
}

/// What every experiment with the five skills measures.
pub(super) fn skill_metrics() -> Vec<Metric> {
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

pub(super) fn panel(metric: &'static str, label: &'static str, level: Level) -> Panel {
    Panel { metric, label, level }
}

/// Accuracy by skill over time.
pub(super) fn skill_figure() -> FigureText {
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
pub(super) fn distance_figure() -> FigureText {
    FigureText {
        id: "distance",
        title: "How far is each student from the teacher?",
        note: "How surprised the copy's probabilities would be by the teacher's; 0 is a perfect copy. Measured at every word of the answers to held-out questions.",
        kind: FigureKind::Lines,
        panels: vec![panel("kl", "", Level::None)],
        can_log: true,
    }
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
            note: "On the questions of a benchmark a copy can look whole. Left: facts that the copy in part asked for. Then facts that it never asked for, and questions of a kind that nobody was taught.",
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
                "KL of the probabilities arm is at most {CLOSER} of the text arm's, on the test questions; from {SEEDS_FOR_TESTS} seeds on also a sign-flip test over seeds at {}.",
                weigh::LEVEL
            ),
        },
        Threshold {
            id: "better",
            hypothesis: "Copying text beats learning without the teacher.".into(),
            rule: format!(
                "Mean accuracy over the four exact skills is at least {:.0} points above the arm that never saw the teacher; from {SEEDS_FOR_TESTS} seeds on also a sign-flip test at {}.",
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
        table.choice(
            "access",
            "What the API shows",
            "For the student that is copied from probabilities.",
            &[
                ("full", "Every logit", "The whole distribution."),
                ("top20", "The 20 most likely words", "And the mass of the rest."),
                ("top5", "The 5 most likely words", "And the mass of the rest."),
            ],
        ),
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

/// Every task in turn, asked `count` times and answered by `answers`.
fn slots(budget: u32, answers: Answers) -> Vec<Slot> {
    let tasks = TaskId::SKILLS;
    let slot = |(index, task): (usize, TaskId)| Slot {
        sequences: PER_TASK,
        orders: vec![Order::new(
            task,
            Questions::Any,
            share(budget, index, tasks.len()).max(1),
            answers,
        )],
    };
    tasks.into_iter().enumerate().map(slot).collect()
}

/// Without brews, whose place more sums take, and with a third of the facts.
fn in_part(budget: u32, answers: Answers) -> Vec<Slot> {
    let mut slots = slots(budget, answers);
    for slot in &mut slots {
        for order in &mut slot.orders {
            match order.task {
                TaskId::Fact => order.questions = Questions::FirstThird,
                TaskId::Brew => order.task = TaskId::Add,
                _ => {}
            }
        }
    }
    slots
}

fn course(settings: &Settings, arm: &str) -> Option<Course> {
    let (teacher, budget) = (settings.teacher, settings.budget);
    let shown = match settings.access {
        Shown::Full => Access::Logits,
        Shown::Top20 => Access::TopK(20),
        Shown::Top5 => Access::TopK(5),
    };
    let fresh = |slots| Some(Course::fresh(teacher, slots));
    match arm {
        "logits" => Some(Course {
            temperature: settings.temperature,
            hard_labels: settings.hard_labels,
            ..Course::fresh(teacher, slots(budget, Answers::shown(teacher, shown)))
        }),
        "mixture" => Some(Course {
            temperature: 2.0,
            hard_labels: 0.1,
            ..Course::fresh(teacher, slots(budget, Answers::shown(teacher, Access::Logits)))
        }),
        "text" => fresh(slots(budget, Answers::text(teacher))),
        "truth" => fresh(slots(budget, Answers::Truth)),
        "scratch" => fresh(slots(budget / 10, Answers::Truth)),
        "random" => fresh(slots(budget, Answers::shown(TeacherName::Untrained, Access::Logits))),
        "partial" => fresh(in_part(budget, Answers::text(teacher))),
        "partialTruth" => fresh(in_part(budget, Answers::Truth)),
        _ => None,
    }
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

/// The mean over the four exact skills.
pub(super) fn derive(figures: &mut Figures) {
    let get = |id: &str| figures.get(id).copied().flatten();
    let mean = || Some((get("add")? + get("sort")? + get("fact")? + get("brew")?) / 4.0);
    let mean = mean();
    figures.insert("accuracy".into(), mean);
}

fn verdicts(_: &Settings, results: &Results<'_>) -> Vec<Verdict> {
    let [close, good] = weigh::tests(results, [("logits", "text", "kl"), ("scratch", "text", "accuracy")]);
    let (holds, finding) = nearer(results, "logits", "text", "from probabilities", "from text", &close);
    vec![
        experiment().verdict("closer", holds, finding),
        better(results, &good),
        equal(results, "labels"),
        equal(results, "replicates"),
        control(results),
        illusion(results),
    ]
}

/// Whether `a` is [`CLOSER`] to the teacher than `b`, and a sentence that says so.
pub(super) fn nearer(
    results: &Results<'_>,
    a: &str,
    b: &str,
    of_a: &str,
    of_b: &str,
    tested: &Tested,
) -> (Option<bool>, String) {
    let (Some(near), Some(far)) = (results.mean(a, "kl"), results.mean(b, "kl")) else {
        return (None, "This run does not have both copies.".into());
    };
    (
        Some(near <= CLOSER * far && tested.passes),
        format!(
            "KL to the teacher is {near:.3} nats per answer token {of_a} and {far:.3} {of_b} ({}).{}",
            over(results.seeds(a).len()),
            tested.words
        ),
    )
}

fn better(results: &Results<'_>, tested: &Tested) -> Verdict {
    let verdict = |holds, finding| experiment().verdict("better", holds, finding);
    let (Some(text), Some(scratch)) = (results.mean("text", "accuracy"), results.mean("scratch", "accuracy")) else {
        return verdict(
            None,
            "This run does not have both the text copy and the student without a teacher.".into(),
        );
    };
    verdict(
        Some(text - scratch >= BETTER && tested.passes),
        format!(
            "Mean accuracy is {} copied from text and {} without the teacher ({}).{}",
            percent(text),
            percent(scratch),
            over(results.seeds("text").len()),
            tested.words
        ),
    )
}

fn equal(results: &Results<'_>, id: &'static str) -> Verdict {
    let verdict = |holds, finding| experiment().verdict(id, holds, finding);
    let (differences, what) = if id == "labels" {
        (results.differences("text", "truth", "accuracy"), "true answers")
    } else {
        let teacher = [TeacherName::Main, TeacherName::Imperfect]
            .into_iter()
            .find_map(|name| results.teacher(name, "accuracy"));
        let against = |teacher: f64| Some(results.whole("text", "accuracy")?.iter().map(|v| v - teacher).collect());
        (teacher.and_then(against), "the teacher")
    };
    let Some(differences): Option<Vec<f64>> = differences else {
        return verdict(None, "This run does not have both.".into());
    };
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let apart = format!(
        "The text copy's mean accuracy minus that of {what} is {:+.1} points",
        100.0 * mean
    );
    if differences.len() < SEEDS_FOR_TESTS {
        let finding = format!(
            "{apart} ({}); equality takes at least {SEEDS_FOR_TESTS} seeds to show.",
            over(differences.len())
        );
        return verdict(None, finding);
    }
    let Some(test) = stats::tost(&differences, MARGIN) else {
        return verdict(None, format!("{apart}; it cannot be tested."));
    };
    verdict(
        Some(test.equivalent),
        format!(
            "{apart}, 90 % interval {:+.1} to {:+.1} ({}).",
            100.0 * test.interval_90.low,
            100.0 * test.interval_90.high,
            over(differences.len())
        ),
    )
}

fn control(results: &Results<'_>) -> Verdict {
    let Some(mean) = results.mean("random", "accuracy") else {
        return experiment().verdict("control", None, "This run does not have the control.".into());
    };
    let finding = format!(
        "Mean accuracy of the untrained teacher's student is {} ({}).",
        percent(mean),
        over(results.seeds("random").len())
    );
    experiment().verdict("control", Some(mean <= FLOOR), finding)
}

fn illusion(results: &Results<'_>) -> Verdict {
    let verdict = |holds, finding| experiment().verdict("illusion", holds, finding);
    let (Some(asked), Some(unasked)) = (
        results.mean("partial", "factAsked"),
        results.whole("partial", "factUnasked"),
    ) else {
        return verdict(None, "This run does not have the copy in part.".into());
    };
    let mean = unasked.iter().sum::<f64>() / unasked.len() as f64;
    let low = if unasked.len() < SEEDS_FOR_TESTS {
        let count = results.items("partial", "factUnasked") as usize * unasked.len();
        let right = (mean * count as f64).round() as usize;
        Some(stats::wilson(right.min(count), count, 0.95).low)
    } else {
        stats::mean_interval(&unasked, 0.95).map(|interval| interval.low)
    };
    let Some(low) = low else {
        return verdict(None, "There was nothing to ask.".into());
    };
    verdict(
        Some(low <= CHANCE && asked - mean >= 0.5),
        format!(
            "The copy in part knows {} of the facts it asked for and {} of the others; guessing gives {} ({}).",
            percent(asked),
            percent(mean),
            percent(CHANCE),
            weigh::spread(&unasked, percent)
        ),
    )
}
