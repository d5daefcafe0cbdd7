use super::*;
use crate::protocol::{Cost, Evaluation, Hazard, MemberEvaluation, TeacherEvaluation};
use crate::world::Split;

#[test]
fn the_page_is_built_with_these_words() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/src/generated/experiments.json");
    let built = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        built.trim(),
        describe().trim(),
        "run: cargo stillroom describe > www/src/generated/experiments.json"
    );
}

#[test]
fn every_row_is_a_setting_whose_default_passes() {
    for experiment in all() {
        let settings = (experiment.design.defaults)();
        assert_eq!(settings.experiment, experiment.id);
        let defaults = serde_json::to_value(&settings).unwrap();
        let fields = defaults.as_object().unwrap();
        for spec in &experiment.settings {
            assert_eq!(
                fields.get(spec.key),
                Some(&spec.default),
                "{} {}",
                experiment.id,
                spec.key
            );
        }
        assert_eq!(check(&experiment, &settings), Ok(()));
        assert!(named(experiment.id).is_ok());
    }
    assert!(named("<b>").unwrap_err().to_string().contains("capability"));
}

/// Different questions that an arm has answered, whoever answers them: an order that fills two parts of a batch is one.
fn questions(settings: &Settings, arm: &str, experiment: &Experiment) -> usize {
    let course = (experiment.design.course)(settings, arm).unwrap();
    let mut orders: Vec<&Order> = Vec::new();
    for order in course.orders() {
        if !orders.contains(&order) {
            orders.push(order);
        }
    }
    orders.iter().map(|order| order.count).sum()
}

#[test]
fn the_shares_of_an_arm_add_up_to_the_budget() {
    for experiment in all() {
        for budget in [50, 1_003, 2_000, 4_000, 20_000] {
            let settings = Settings {
                budget,
                ..(experiment.design.defaults)()
            };
            for arm in experiment.arms.iter().filter(|arm| arm.trained) {
                let whole = budget as usize;
                let expected = match arm.id {
                    "scratch" => whole / 10,
                    // Sums take the brews' place in the batch, and are asked once.
                    "partial" | "partialTruth" if share(budget, 0, 5) == share(budget, 3, 5) => {
                        whole - share(budget, 3, 5)
                    }
                    // Likewise brews in that of hiring.
                    "unasked" if share(budget, 0, 4) == share(budget, 2, 4) => whole - share(budget, 0, 4),
                    // Sums take the recipes' place.
                    "drift" => whole - share(budget, 4, 5),
                    // The examples come beside what is bought.
                    repaired if repaired.starts_with("repair") => whole + repaired[6..].parse::<usize>().unwrap(),
                    _ => whole,
                };
                let found = questions(&settings, arm.id, &experiment);
                assert_eq!(found, expected, "{} {} {budget}", experiment.id, arm.id);
            }
        }
    }
}

#[test]
fn all_that_changes_what_is_measured_matters_to_a_reference() {
    let mut rows: Vec<_> = all()
        .into_iter()
        .flat_map(|experiment| experiment.settings)
        .map(|spec| (spec.key, spec.name, spec.matters))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    let expected = [
        ("access", "access", true),
        ("arms", "students", false),
        ("budget", "query budget", true),
        ("hardLabels", "weight of hard labels", true),
        ("hazard", "forbidden recipes", true),
        ("items", "questions per measurement", false),
        ("seed", "seed", false),
        ("seeds", "seeds side by side", false),
        ("steps", "training steps", true),
        ("teacher", "teacher", true),
        ("temperature", "temperature", true),
    ];
    assert_eq!(
        rows,
        expected.map(|(key, name, matters)| (key, name.to_owned(), matters))
    );
}

#[test]
fn every_trained_arm_has_a_course_and_all_have_batches_of_one_size() {
    for experiment in all() {
        for hazard in [Hazard::Composed, Hazard::Memorised] {
            for budget in [50, 4_000] {
                let settings = Settings {
                    hazard,
                    budget,
                    ..(experiment.design.defaults)()
                };
                let sizes: Vec<usize> = experiment
                    .arms
                    .iter()
                    .filter(|arm| arm.trained)
                    .map(|arm| {
                        let course = (experiment.design.course)(&settings, arm.id).expect(arm.id);
                        assert!(course.orders().all(|order| order.count > 0), "{}", arm.id);
                        course.slots.iter().map(|slot| slot.sequences).sum()
                    })
                    .collect();
                assert!(
                    sizes.iter().all(|size| *size == sizes[0]),
                    "{}: {sizes:?}",
                    experiment.id
                );
            }
        }
        assert!((experiment.design.course)(&(experiment.design.defaults)(), "untrained").is_none());
        let known: Vec<&str> = experiment.metrics.iter().map(|metric| metric.id).collect();
        let drawn = experiment.figures.iter().flat_map(|figure| &figure.panels);
        for panel in drawn.filter(|panel| panel.metric != "spectrum") {
            assert!(known.contains(&panel.metric), "{}: {}", experiment.id, panel.metric);
        }
    }
}

fn member(arm: &str, seed: u32, figures: &[(&str, Option<f64>)]) -> MemberEvaluation {
    MemberEvaluation {
        arm: arm.into(),
        seed,
        figures: figures.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect(),
        items: figures.iter().map(|(id, _)| ((*id).to_owned(), 100)).collect(),
        cost: Cost::default(),
    }
}

fn verdicts(
    experiment: &str,
    members: Vec<MemberEvaluation>,
    teachers: Vec<TeacherEvaluation>,
) -> Vec<(String, Option<bool>)> {
    let test = Evaluation {
        step: 1,
        split: Split::Test,
        members,
        teachers,
    };
    let experiment = named(experiment).unwrap();
    let all = (experiment.design.verdicts)(&(experiment.design.defaults)(), &Results::new([&test]));
    let ids: Vec<&str> = experiment.thresholds.iter().map(|threshold| threshold.id).collect();
    assert_eq!(all.iter().map(|verdict| verdict.id.as_str()).collect::<Vec<_>>(), ids);
    assert!(
        all.iter()
            .all(|verdict| !verdict.hypothesis.is_empty() && verdict.finding.ends_with('.'))
    );
    all.into_iter().map(|verdict| (verdict.id, verdict.holds)).collect()
}

fn holds(verdicts: &[(String, Option<bool>)], id: &str) -> Option<bool> {
    verdicts.iter().find(|(one, _)| one == id).unwrap().1
}

#[test]
fn verdicts_of_one_run_follow_their_thresholds() {
    let run = |kl: f64, accuracy: f64| {
        verdicts(
            "capability",
            vec![
                member("logits", 1, &[("kl", Some(kl)), ("accuracy", Some(0.9))]),
                member("text", 1, &[("kl", Some(1.0)), ("accuracy", Some(accuracy))]),
                member("scratch", 1, &[("kl", Some(2.0)), ("accuracy", Some(0.5))]),
                member("truth", 1, &[("accuracy", Some(accuracy))]),
                member("random", 1, &[("accuracy", Some(0.051))]),
                member("partial", 1, &[("factAsked", Some(0.9)), ("factUnasked", Some(0.04))]),
            ],
            Vec::new(),
        )
    };
    let (near, far) = (run(0.89, 0.56), run(0.91, 0.54));
    assert_eq!(
        (holds(&near, "closer"), holds(&far, "closer")),
        (Some(true), Some(false))
    );
    assert_eq!(
        (holds(&near, "better"), holds(&far, "better")),
        (Some(true), Some(false))
    );
    assert_eq!(holds(&near, "labels"), None, "one seed shows no equality");
    assert_eq!(holds(&near, "control"), Some(false));
    assert_eq!(holds(&near, "illusion"), Some(true));
    // A member that failed is not dropped from the mean.
    let failed = verdicts(
        "capability",
        vec![
            member("logits", 1, &[("kl", Some(0.1))]),
            member("logits", 2, &[("kl", None)]),
            member("text", 1, &[("kl", Some(1.0))]),
            member("text", 2, &[("kl", Some(1.0))]),
        ],
        Vec::new(),
    );
    assert_eq!(holds(&failed, "closer"), None);
}

#[test]
fn over_many_seeds_verdicts_rest_on_tests() {
    let seeds = |count: u32, near: fn(u32) -> f64, truth: fn(u32) -> f64| {
        let members = (0..count).flat_map(|seed| {
            [
                member("logits", seed, &[("kl", Some(near(seed)))]),
                member("text", seed, &[("kl", Some(1.0)), ("accuracy", Some(0.8))]),
                member("truth", seed, &[("accuracy", Some(truth(seed)))]),
            ]
        });
        verdicts("capability", members.collect(), Vec::new())
    };
    let level = |seed: u32| 0.8 + 0.001 * f64::from(seed % 3);
    let sure = seeds(8, |seed| 0.5 + 0.01 * f64::from(seed), level);
    assert_eq!(holds(&sure, "closer"), Some(true));
    assert_eq!(holds(&sure, "labels"), Some(true));
    // The mean is as low, but half of the seeds say the opposite.
    let half = |seed: u32| if seed.is_multiple_of(2) { 0.1 } else { 1.05 };
    let unsure = seeds(8, half, |_| 0.7);
    assert_eq!(holds(&unsure, "closer"), Some(false));
    assert_eq!(holds(&unsure, "labels"), Some(false));
    // So few pairs cannot reach the level of a sign-flip test, whatever they are: means decide.
    assert_eq!(holds(&seeds(5, |_| 0.5, level), "closer"), Some(true));
}

#[test]
fn guardrails_are_judged_by_arm() {
    let refuses = |text: f64, filtered: f64, harmful: f64| {
        verdicts(
            "guardrails",
            vec![
                member("allText", 1, &[("refusal", Some(text)), ("overRefusal", Some(0.0))]),
                member("allLogits", 1, &[("refusal", Some(1.0)), ("overRefusal", Some(0.0))]),
                member(
                    "filtered",
                    1,
                    &[("refusal", Some(filtered)), ("harmful", Some(harmful))],
                ),
                member("drift", 1, &[("refusal", Some(0.95))]),
            ],
            vec![TeacherEvaluation {
                name: TeacherName::Guarded,
                figures: [("refusal".to_owned(), Some(1.0))].into(),
            }],
        )
    };
    let expected = refuses(0.96, 0.05, 0.9);
    let opposite = refuses(0.94, 0.06, 0.89);
    for id in ["inherited", "stripped", "danger"] {
        assert_eq!(
            (holds(&expected, id), holds(&opposite, id)),
            (Some(true), Some(false)),
            "{id}"
        );
    }
    assert_eq!(holds(&expected, "drift"), Some(false));
    assert_eq!(holds(&expected, "repair"), None);
}

#[test]
fn bias_is_judged_by_its_slope() {
    let teacher = |name, gap| TeacherEvaluation {
        name,
        figures: [("gap".to_owned(), Some(gap))].into(),
    };
    let run = |slope: f64| {
        let members = (0..6).flat_map(|seed| {
            let noise = 0.02 * (f64::from(seed) - 2.5);
            [("neutral", 0.0), ("dial1", 0.5), ("dial2", 1.0)]
                .map(|(arm, gap)| member(arm, seed, &[("gap", Some(slope * gap + noise))]))
        });
        verdicts(
            "bias",
            members.collect(),
            vec![
                teacher(TeacherName::Main, 0.0),
                teacher(TeacherName::Biased1, 0.5),
                teacher(TeacherName::Biased2, 1.0),
            ],
        )
    };
    assert_eq!(holds(&run(0.9), "inherited"), Some(true));
    assert_eq!(holds(&run(0.0), "inherited"), Some(false));
    assert_eq!(holds(&run(0.9), "neutral"), Some(true));
    // A copy that says neither yes nor no has no gap, and that says nothing.
    let unasked = |hire: f64| {
        let members = vec![member("unasked", 1, &[("gap", Some(0.0)), ("hire", Some(hire))])];
        holds(&verdicts("bias", members, Vec::new()), "unasked")
    };
    assert_eq!((unasked(0.0), unasked(0.9)), (None, Some(true)));
    // A copy with the opposite bias has not inherited it.
    assert_eq!(holds(&run(-0.9), "inherited"), Some(false));
    let mut figures: Figures = [("yesFirst".to_owned(), Some(0.9)), ("yesSecond".to_owned(), Some(0.2))].into();
    (bias::experiment().design.derive)(&mut figures);
    assert!((figures["gap"].unwrap() - 0.7).abs() < 1e-12);
}
