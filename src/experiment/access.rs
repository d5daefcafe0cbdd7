//! E3 of science.md: what does the API give away?

use super::settings::Table;
use super::shown::{distance_figure, mean_accuracy, metric, panel, skill_figure, skill_metrics};
use super::weigh::{self, CLOSER, SEEDS_FOR_FLIPS, SEEDS_FOR_TESTS, Tested, nats, nearer};
use super::{
    Against, Answers, ArmText, Citation, Course, Design, Experiment, FigureKind, FigureText, Level, Results, Threshold,
    evenly, over,
};
use crate::eval::{Probe, stats};
use crate::protocol::{Settings, Verdict};
use crate::teacher::{Access, Saying};
use crate::world::TaskId;

/// A step up the ladder may raise the mean KL by so much, nats, in a run of few seeds.
pub const SLACK: f64 = 0.01;

/// The ladder, from the least that an API shows of a sampled word to the most.
const LADDER: [(&str, &str); 5] = [
    ("text", "text"),
    ("top1", "top 1"),
    ("top5", "top 5"),
    ("top20", "top 20"),
    ("full", "every logit"),
];

/// Words, thresholds and the settings table.
pub fn experiment() -> Experiment {
    let arms = arms();
    let mut metrics = skill_metrics();
    metrics.push(metric(
        "bits",
        "Bits exposed",
        "bits per answer token",
        "What the API shows of a token at most: log2 of the vocabulary for its name, 32 for each number beside it.",
    ));
    Experiment {
        id: "access",
        title: "What the API gives away",
        question: "How much of a model leaks through what its API shows?",
        hypothesis: "The more of its probabilities an API shows, the closer a copy comes; and every logit gives away even the width of the model that made it.",
        falsified_if: "Copies from text are as close as copies from probabilities at the same number of questions, or the singular values of logits have no cliff.",
        settings: settings(&arms),
        arms,
        metrics,
        figures: vec![
            FigureText {
                id: "ladder",
                title: "How close does each copy come, and how much was it shown?",
                note: "Every copy asked the same questions. To the right, the API shows more about each word of an answer; further down is closer to the teacher. Both scales are logarithmic.",
                kind: FigureKind::Bits,
                panels: vec![panel("kl", "Distance (KL)", Level::None)],
                can_log: false,
            },
            distance_figure(),
            skill_figure(),
            FigureText {
                id: "spectrum",
                title: "How wide is the model behind the API?",
                note: "Logits of random questions, put into a matrix: its singular values fall off a cliff after as many as the model is wide. What rounding, noise and showing only the 20 largest words do to the cliff is shown beside it.",
                kind: FigureKind::Spectrum,
                panels: vec![panel("spectrum", "", Level::None)],
                can_log: false,
            },
        ],
        thresholds: vec![
            Threshold {
                id: "ladder",
                hypothesis: "No step up the ladder takes a copy further away: text, top 1, top 5, top 20, every logit."
                    .into(),
                rule: format!(
                    "No step raises the mean KL: by more than {SLACK} nats in a run of few seeds; from {SEEDS_FOR_TESTS} seeds on, by an amount whose 95 % interval over seeds lies above 0."
                ),
            },
            Threshold {
                id: "leak",
                hypothesis: "A copy that sees every logit comes closer than one that sees text.".into(),
                rule: format!(
                    "KL with every logit is at most {} of the KL from text; from {SEEDS_FOR_FLIPS} seeds on also a sign-flip test at {}.",
                    CLOSER,
                    weigh::LEVEL
                ),
            },
            Threshold {
                id: "repeat",
                hypothesis: "Asking every question eight times makes up for some of what text hides.".into(),
                rule: format!(
                    "KL from eight answers a question is below that from one; from {SEEDS_FOR_FLIPS} seeds on by a sign-flip test at {}.",
                    weigh::LEVEL
                ),
            },
            Threshold {
                id: "width",
                hypothesis: "The hidden size can be read from full logits, exactly.".into(),
                rule:
                    "The largest drop between neighbouring singular values comes after as many as the teacher is wide."
                        .into(),
            },
        ],
        against: vec![Against {
            id: "ladder",
            text: "The step that rises leads from text to the most likely word alone. That target says how probable one word is and nothing of the others, so the student puts the rest where it likes; text shows the rest too, one sample at a time. Where one answer is right this makes no difference: in agreement and accuracy this copy is not behind the copy from text. It shows in the stories, where many words are right. The student here learns from the probabilities alone; a copier who keeps the text as well need not lose this.",
        }],
        cautions: vec![
            "This is a tiny invented world. It shows how leaking works, and nothing about what any company did or meant.",
            "The width of one layer is a shape and no skill; weights can be read off only up to a linear map of that width.",
            "Bits exposed are what the numbers could carry at most, not what a copier learns from them.",
            "Most answers here have one right wording, so that a second sample says the same; stories are where many answers differ.",
        ],
        citations: vec![
            Citation {
                text: "Tramèr et al. 2016, Stealing Machine Learning Models via Prediction APIs",
                url: "https://arxiv.org/abs/1609.02943",
            },
            Citation {
                text: "Carlini et al. 2024, Stealing Part of a Production Language Model",
                url: "https://arxiv.org/abs/2403.06634",
            },
            Citation {
                text: "Finlayson et al. 2024, Logits of API-Protected LLMs Leak Proprietary Information",
                url: "https://arxiv.org/abs/2403.09539",
            },
        ],
        examples: vec!["please story of fox =", "please moss + ember =", "please 37 + 48 ="],
        design: Design {
            defaults,
            teacher: |settings| settings.teacher,
            course,
            tasks: |_| TaskId::SKILLS.to_vec(),
            probes: |_| Probe::skills(),
            samples: |_| Probe::skills().into_iter().map(|probe| (probe, 2)).collect(),
            derive: mean_accuracy,
            verdicts,
            spectra: true,
        },
    }
}

fn arms() -> Vec<ArmText> {
    let arm = ArmText::trained;
    vec![
        arm(
            "full",
            "Every logit",
            "Every logit",
            "The API shows the whole distribution at every word.",
        ),
        arm(
            "top20",
            "The 20 most likely words",
            "Top 20",
            "And the mass of all others together.",
        ),
        arm(
            "top5",
            "The 5 most likely words",
            "Top 5",
            "And the mass of all others together.",
        ),
        arm(
            "top1",
            "The most likely word",
            "Top 1",
            "With its probability, and the mass of all others together.",
        ),
        arm(
            "text",
            "Text",
            "Text",
            "The answer and nothing else, drawn from the teacher's distribution.",
        ),
        arm(
            "text8",
            "Text, eight times",
            "Text × 8",
            "Every question is asked eight times.",
        ),
        arm(
            "greedy",
            "Most likely text",
            "Greedy",
            "The API always says its most likely words.",
        ),
        arm(
            "truth",
            "True answers",
            "True",
            "The same questions, answered by the program that is the truth.",
        ),
        ArmText::untrained(),
    ]
}

fn defaults() -> Settings {
    let arms = ["full", "top20", "top5", "top1", "text", "text8", "greedy", "truth"];
    Settings {
        experiment: "access".into(),
        arms: arms.map(str::to_owned).to_vec(),
        budget: 2_000,
        steps: 400,
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
                    "Stopped early, so that there is more to see in its probabilities.",
                ),
            ],
        ),
        table.arms(arms),
    ];
    rows.extend(table.common());
    rows
}

fn course(settings: &Settings, arm: &str) -> Option<Course> {
    let teacher = settings.teacher;
    let said = |saying| Answers::Bought {
        teacher,
        shown: Access::Text,
        saying,
    };
    let answers = match arm {
        "full" => Answers::shown(teacher, Access::Logits),
        "top20" => Answers::shown(teacher, Access::TopK(20)),
        "top5" => Answers::shown(teacher, Access::TopK(5)),
        "top1" => Answers::shown(teacher, Access::TopK(1)),
        "text" => said(Saying::Sampled),
        "text8" => said(Saying::Repeated(8)),
        "greedy" => said(Saying::Greedy),
        "truth" => Answers::Truth,
        _ => return None,
    };
    let tasks = TaskId::SKILLS;
    Some(Course::fresh(
        teacher,
        evenly(&tasks, tasks.len(), settings.budget, answers),
    ))
}

fn verdicts(_: &Settings, results: &Results<'_>) -> Vec<Verdict> {
    let experiment = experiment();
    let [hidden, repeated] = weigh::tests(results, [("full", "text", "kl"), ("text8", "text", "kl")]);
    let (leak, leak_words) = nearer(results, "full", "text", "with every logit", "from text", &hidden);
    vec![
        ladder(results),
        experiment.verdict("leak", leak, leak_words),
        repeat(results, &repeated),
        width(results),
    ]
}

fn ladder(results: &Results<'_>) -> Verdict {
    let verdict = |holds, finding| experiment().verdict("ladder", holds, finding);
    let mut rises = Vec::new();
    for pair in LADDER.windows(2) {
        let ((below, name_below), (above, name_above)) = (pair[0], pair[1]);
        let Some(differences) = results.differences(above, below, "kl") else {
            return verdict(None, "This run does not have the whole ladder.".into());
        };
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        let rose = match stats::mean_interval(&differences, 0.95) {
            Some(interval) if differences.len() >= SEEDS_FOR_TESTS => interval.low > 0.0,
            _ => mean > SLACK,
        };
        if rose {
            rises.push(format!("from {name_below} to {name_above} it rises by {}", nats(mean)));
        }
    }
    let steps = weigh::list(results, &LADDER, "kl", nats);
    let seeds = over(results.seeds("full").len());
    let end = if rises.is_empty() {
        "no step raises it".to_owned()
    } else {
        rises.join("; ")
    };
    verdict(
        Some(rises.is_empty()),
        format!("KL to the teacher: {steps} ({seeds}); {end}."),
    )
}

fn repeat(results: &Results<'_>, tested: &Tested) -> Verdict {
    let verdict = |holds, finding| experiment().verdict("repeat", holds, finding);
    let (Some(eight), Some(once)) = (results.mean("text8", "kl"), results.mean("text", "kl")) else {
        return verdict(None, "This run does not have both.".into());
    };
    verdict(
        Some(eight < once && tested.passes),
        format!(
            "KL to the teacher is {} from eight answers a question and {} from one ({}).{}",
            nats(eight),
            nats(once),
            over(results.seeds("text").len()),
            tested.words
        ),
    )
}

fn width(results: &Results<'_>) -> Verdict {
    let verdict = |holds, finding| experiment().verdict("width", holds, finding);
    let Some(spectrum) = results.spectrum("full") else {
        return verdict(None, "No logits were collected.".into());
    };
    verdict(
        Some(spectrum.found == spectrum.truth),
        format!(
            "The largest drop, by a factor of {:.0}, comes after {} singular values; the teacher is {} wide.",
            spectrum.drop, spectrum.found, spectrum.truth
        ),
    )
}
