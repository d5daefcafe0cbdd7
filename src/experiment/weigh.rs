//! How thresholds are weighed: by means where a run has one seed, by tests over seeds where it has enough of them.

use super::{Results, over};
use crate::eval::stats::{self, Alternative};

/// From so many seeds on a verdict rests on a test; below, on the means alone.
pub const SEEDS_FOR_TESTS: usize = 5;
/// From so many on it rests on a sign-flip test where one is named: two tests together cannot reach [`LEVEL`] with fewer.
pub const SEEDS_FOR_FLIPS: usize = 8;
/// Level of the one-sided sign-flip tests (science.md section 4.4).
pub const LEVEL: f64 = 0.01;

/// A copy from probabilities is called closer when its KL to the teacher is at most this share of the text copy's.
pub const CLOSER: f64 = 0.9;

/// The least p-value of a one-sided sign-flip test over [`SEEDS_FOR_FLIPS`] pairs.
const FLOOR: f64 = 1.0 / (1_u32 << SEEDS_FOR_FLIPS) as f64;

/// Points of a hundred.
pub fn percent(share: f64) -> String {
    format!("{} %", stats::fixed(100.0 * share, 1))
}

/// "0.208 nats"
pub fn nats(value: f64) -> String {
    format!("{} nats", stats::fixed(value, 3))
}

/// What a test over seeds adds to a verdict.
pub struct Tested {
    /// True also where there are too few seeds for a test.
    pub passes: bool,
    pub words: String,
}

/// The tests of one experiment, each that the figure of its first arm is below that of its second: one-sided sign-flip tests of
/// the differences paired by seed, their p-values adjusted together by Holm's method.
pub fn tests<const N: usize>(results: &Results<'_>, claims: [(&str, &str, &str); N]) -> [Tested; N] {
    const { assert!(N as f64 * FLOOR <= LEVEL, "more tests need more seeds") };
    let made = claims.map(|(low, high, figure)| {
        let differences = results.differences(high, low, figure)?;
        if differences.len() < SEEDS_FOR_FLIPS {
            return None;
        }
        stats::sign_flip(&differences, Alternative::Greater, 0)
    });
    let raw: Vec<f64> = made.iter().flatten().map(|test| test.p).collect();
    let mut adjusted = stats::holm(&raw).into_iter();
    made.map(|test| {
        let Some((test, adjusted)) = test.and_then(|test| Some((test, adjusted.next()?))) else {
            return Tested {
                passes: true,
                words: String::new(),
            };
        };
        let several = if raw.len() > 1 {
            format!("; {} after Holm for {} tests", stats::show_p(adjusted, None), raw.len())
        } else {
            String::new()
        };
        Tested {
            passes: adjusted <= LEVEL,
            words: format!(
                " Sign-flip test over {} pairs: {}{several}.",
                test.pairs,
                stats::show_p(test.p, Some(&test))
            ),
        }
    })
}

/// " (1 seed)", " (the mean of 20 seeds, 95 % interval 0.2 to 0.4)".
pub fn spread(values: &[f64], show: fn(f64) -> String) -> String {
    match stats::mean_interval(values, 0.95) {
        Some(interval) if values.len() >= SEEDS_FOR_TESTS => format!(
            "{}, 95 % interval {} to {}",
            over(values.len()),
            show(interval.low),
            show(interval.high)
        ),
        _ => over(values.len()),
    }
}

/// The means of several arms: "text 12.0 %, filtered 3.1 %".
pub fn list(results: &Results<'_>, arms: &[(&str, &str)], figure: &str, show: fn(f64) -> String) -> String {
    arms.iter()
        .filter_map(|(arm, name)| Some(format!("{name} {}", show(results.mean(arm, figure)?))))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether every one of those arms that the run has keeps to a bound; `None` if it has none of them, or a value is missing.
pub fn every(results: &Results<'_>, arms: &[(&str, &str)], figure: &str, keeps: impl Fn(f64) -> bool) -> Option<bool> {
    let present: Vec<&str> = arms
        .iter()
        .map(|(arm, _)| *arm)
        .filter(|arm| !results.seeds(arm).is_empty())
        .collect();
    if present.is_empty() {
        return None;
    }
    let means: Option<Vec<f64>> = present.iter().map(|arm| results.mean(arm, figure)).collect();
    Some(means?.into_iter().all(keeps))
}

/// Whether `a` is [`CLOSER`] to the teacher than `b`, and a sentence that says so.
pub fn nearer(
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
