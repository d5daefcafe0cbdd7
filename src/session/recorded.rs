//! The recorded runs that the page shows without a device are what this code computes: each is the run file of its first seed,
//! and is computed again up to its second measurement.

use super::Session;
use super::tests::{info, library};
use crate::device;
use crate::protocol::{Evaluation, MemberEvaluation, RunFile};
use pollster::block_on;

/// Losses and figures of two processors differ by the order of their sums.
const TOLERANCE: f64 = 1e-5;

/// An answer that two processors see differently is one of a hundred: a share may differ by that of one question.
const ONE_QUESTION: f64 = 0.0101;

fn recorded(experiment: &str) -> RunFile {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("www/public/recorded")
        .join(experiment)
        .with_extension("json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn near(one: f64, other: f64, tolerance: f64) -> bool {
    (one - other).abs() <= tolerance * other.abs().max(1.0)
}

/// The first thing in which the beginning of a run differs from the recorded one.
fn difference(run: &RunFile, recorded: &RunFile) -> Option<String> {
    if run.plan != recorded.plan {
        return Some(format!("the plan is {:?}, and was {:?}", run.plan, recorded.plan));
    }
    for (point, then) in run.losses.iter().zip(&recorded.losses) {
        let mut each = point.loss.iter().zip(&then.loss);
        let far = |(one, other): (&Option<f64>, &Option<f64>)| !matches!((one, other), (Some(one), Some(other)) if near(*one, *other, TOLERANCE));
        if point.step != then.step || each.any(far) {
            return Some(format!("losses {:?} were {:?}", point, then));
        }
    }
    let pairs = run.evaluations.iter().zip(&recorded.evaluations);
    pairs.map(|(now, then)| evaluation(now, then)).find_map(|found| found)
}

fn evaluation(now: &Evaluation, then: &Evaluation) -> Option<String> {
    if (now.step, now.split, now.members.len()) != (then.step, then.split, then.members.len()) {
        return Some(format!("measured after {} and not {}", now.step, then.step));
    }
    let pairs = now.members.iter().zip(&then.members);
    pairs.map(|(now, then)| member(now, then)).find_map(|found| found)
}

fn member(now: &MemberEvaluation, then: &MemberEvaluation) -> Option<String> {
    let counted = |member: &MemberEvaluation| {
        let cost = &member.cost;
        (
            member.arm.clone(),
            member.seed,
            member.items.clone(),
            [cost.queries, cost.tokens_bought],
        )
    };
    if counted(now) != counted(then) {
        return Some(format!("{:?} were {:?}", counted(now), counted(then)));
    }
    let (cost, was) = (&now.cost, &then.cost);
    let sums = [
        (cost.bits_exposed, was.bits_exposed),
        (cost.student_flops, was.student_flops),
        (cost.query_flops, was.query_flops),
        (cost.teacher_flops, was.teacher_flops),
    ];
    if let Some((now, then)) = sums.into_iter().find(|(now, then)| !near(*now, *then, 1e-12)) {
        return Some(format!("a cost of {now} was {then}"));
    }
    if !now.figures.keys().eq(then.figures.keys()) {
        return Some(format!(
            "figures {:?} were {:?}",
            now.figures.keys(),
            then.figures.keys()
        ));
    }
    let far = now
        .figures
        .iter()
        .zip(then.figures.values())
        .find(|((id, now), then)| match (*now, *then) {
            (Some(now), Some(then)) if ["kl", "storyNll", "bits"].contains(&id.as_str()) => !near(*now, *then, 1e-3),
            (Some(now), Some(then)) => (now - then).abs() > ONE_QUESTION,
            (now, then) => now != then,
        });
    far.map(|((id, now), was)| format!("{}: {id} is {now:?} and was {was:?}", then.arm))
}

fn check(experiment: &str) {
    let recorded = recorded(experiment);
    let mut session = Session::new(library(), recorded.plan.settings.clone(), device::cpu(), info()).unwrap();
    while session.evaluations.len() < 2 {
        block_on(session.advance(0.0, &|| 0.0)).unwrap();
    }
    let run = session.run_file();
    assert!(run.losses.len() as u32 == run.plan.schedule[1] && run.plan.schedule[1] >= 30);
    assert_eq!(difference(&run, &recorded), None, "{experiment}");
}

#[test]
fn capability_is_as_recorded() {
    check("capability");
}

#[test]
fn access_is_as_recorded() {
    check("access");
}

#[test]
fn guardrails_are_as_recorded() {
    check("guardrails");
}

#[test]
fn bias_is_as_recorded() {
    check("bias");
}

#[test]
fn a_difference_is_seen() {
    let then = recorded("capability");
    assert_eq!(difference(&then, &then), None);
    let changed: [fn(&mut RunFile); 6] = [
        |run| run.plan.settings.budget += 1,
        |run| run.losses[3].loss[0] = run.losses[3].loss[0].map(|loss| loss + 3e-5 * loss.max(1.0)),
        |run| run.losses[3].loss[1] = None,
        |run| run.evaluations[1].members[0].cost.tokens_bought += 1.0,
        |run| run.evaluations[1].members[0].cost.bits_exposed *= 1.0 + 1e-9,
        |run| {
            let share = run.evaluations[1].members[0].figures.get_mut("fact").unwrap();
            *share = share.map(|share| share + 0.02);
        },
    ];
    for change in changed {
        let mut now = then.clone();
        change(&mut now);
        assert!(difference(&now, &then).is_some());
    }
}
