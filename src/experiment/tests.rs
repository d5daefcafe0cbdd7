use super::*;
use crate::protocol::{Arm, Cost, Evaluation, MemberEvaluation, Scores, Settings};
use crate::world::Split;

#[test]
fn the_page_is_built_with_these_words() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/src/generated/experiments.json");
    let built = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        built.trim(),
        describe().trim(),
        "run: cargo run -- describe > www/src/generated/experiments.json"
    );
}

#[test]
fn every_setting_has_a_row_and_its_default_passes() {
    for experiment in all() {
        let defaults = serde_json::to_value(Settings::default()).unwrap();
        let mut fields: Vec<&str> = defaults.as_object().unwrap().keys().map(String::as_str).collect();
        let mut rows: Vec<&str> = experiment.settings.iter().map(|spec| spec.key).collect();
        fields.sort_unstable();
        rows.sort_unstable();
        assert_eq!(fields, rows);
        assert!(
            experiment
                .settings
                .iter()
                .all(|spec| spec.default == defaults[spec.key])
        );
        assert_eq!(check(&experiment, &Settings::default()), Ok(()));
    }
}

fn member(arm: Arm, accuracy: f64, kl: Option<f64>) -> MemberEvaluation {
    let some = Some(accuracy);
    let scores = Scores {
        add: some,
        sort: some,
        fact: some,
        brew: some,
        story_nll: Some(1.0),
    };
    MemberEvaluation {
        arm,
        seed: 1,
        scores,
        kl,
        agreement: Some(0.5),
        cost: Cost::default(),
    }
}

fn verdicts(members: Vec<MemberEvaluation>) -> Vec<Option<bool>> {
    let test = Evaluation {
        step: 1,
        split: Split::Test,
        members,
    };
    capability::verdicts(&test)
        .into_iter()
        .map(|verdict| verdict.holds)
        .collect()
}

#[test]
fn verdicts_follow_their_thresholds() {
    let run = |logits_kl: f64, text: f64| {
        verdicts(vec![
            member(Arm::Logits, 0.9, Some(logits_kl)),
            member(Arm::Text, text, Some(1.0)),
            member(Arm::Scratch, 0.5, Some(2.0)),
        ])
    };
    assert_eq!(run(0.89, 0.56), [Some(true), Some(true)]);
    assert_eq!(run(0.91, 0.54), [Some(false), Some(false)]);
    assert_eq!(verdicts(vec![member(Arm::Logits, 0.9, Some(0.1))]), [None, None]);
    // A member that failed is not dropped from the mean.
    assert_eq!(
        verdicts(vec![
            member(Arm::Logits, 0.9, Some(0.1)),
            member(Arm::Logits, 0.9, None),
            member(Arm::Text, 0.9, Some(1.0))
        ])[0],
        None
    );
}
