//! The hypotheses on capability, decided.

use super::super::weigh::{self, SEEDS_FOR_TESTS, Tested, nearer, percent};
use super::super::{Results, over};
use super::{BETTER, CHANCE, FLOOR, MARGIN, experiment};
use crate::eval::stats;
use crate::protocol::{Settings, TeacherName, Verdict};

pub fn verdicts(_: &Settings, results: &Results<'_>) -> Vec<Verdict> {
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
