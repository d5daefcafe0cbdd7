//! Against SciPy, statsmodels and NumPy (tests/golden/make_stats.py).

use super::*;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

fn cases<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/stats/stats.json");
    let mut all: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases: Vec<T> = serde_json::from_value(all[name].take()).unwrap();
    assert!(!cases.is_empty());
    cases
}

fn close_interval(found: Interval, [low, high]: [f64; 2], tolerance: f64) {
    // Relative to the larger end: where the other is 0 on paper, rounding leaves something.
    let size = low.abs().max(high.abs());
    let off = (found.low - low).abs().max((found.high - high).abs());
    assert!(off <= tolerance * size, "{found:?} is not {low} to {high}");
}

#[derive(Deserialize)]
struct Share {
    successes: usize,
    trials: usize,
    confidence: f64,
    interval: [f64; 2],
}

#[test]
fn wilson_equals_scipy() {
    for case in cases::<Share>("wilson") {
        let found = wilson(case.successes, case.trials, case.confidence);
        close_interval(found, case.interval, 1e-10);
    }
}

#[derive(Deserialize)]
struct Flips {
    differences: Vec<f64>,
    p: HashMap<String, f64>,
}

#[test]
fn sign_flip_equals_scipy() {
    for case in cases::<Flips>("signFlip") {
        for (alternative, name) in [(Alternative::Greater, "greater"), (Alternative::TwoSided, "twoSided")] {
            let (found, expected) = (sign_flip(&case.differences, alternative, 1).unwrap(), case.p[name]);
            assert_eq!(found.exact, case.differences.len() <= 20);
            // Where flips are drawn: five standard deviations of a share of 100,000.
            let drawn = 5.0 * (expected * (1.0 - expected) / 1e5).sqrt();
            let off = (found.p - expected).abs();
            assert!(
                off <= if found.exact { 1e-12 } else { drawn },
                "{found:?} is not {expected}"
            );
        }
    }
}

#[derive(Deserialize)]
struct Equivalence {
    differences: Vec<f64>,
    margin: f64,
    mean: f64,
    interval: [f64; 2],
    p: f64,
}

#[test]
fn tost_equals_statsmodels() {
    for case in cases::<Equivalence>("tost") {
        let found = tost(&case.differences, case.margin).unwrap();
        // The mean of 0.01 and -0.01 is 0 with rounding in NumPy's order or ours.
        assert!((found.mean - case.mean).abs() <= 1e-12 * case.differences[0].abs());
        close_interval(found.interval_90, case.interval, 1e-9);
        close(found.p.unwrap(), case.p, 1e-8);
        assert_eq!(found.equivalent, case.p < 0.05);
    }
}

#[derive(Deserialize)]
struct Adjusted {
    p: Vec<f64>,
    adjusted: Vec<f64>,
}

#[test]
fn holm_equals_statsmodels() {
    for case in cases::<Adjusted>("holm") {
        for (found, expected) in holm(&case.p).into_iter().zip(case.adjusted) {
            close(found, expected, 1e-14);
        }
    }
}

#[derive(Deserialize)]
struct Mean {
    values: Vec<f64>,
    confidence: f64,
    interval: [f64; 2],
}

#[test]
fn mean_interval_equals_scipy() {
    for case in cases::<Mean>("meanInterval") {
        close_interval(
            mean_interval(&case.values, case.confidence).unwrap(),
            case.interval,
            1e-9,
        );
    }
}

#[derive(Deserialize)]
struct Quantiles {
    values: Vec<f64>,
    q: Vec<f64>,
    quantiles: Vec<f64>,
}

#[test]
fn quantile_equals_numpy() {
    for case in cases::<Quantiles>("quantile") {
        for (&q, &expected) in case.q.iter().zip(&case.quantiles) {
            close(quantile(&case.values, q).unwrap(), expected, 1e-12);
        }
        assert_eq!(median(&case.values), quantile(&case.values, 0.5));
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resampled {
    groups: Vec<Vec<(f64, f64)>>,
    confidence: f64,
    slope: f64,
    slope_interval: [f64; 2],
    slope_deviation: f64,
    ratio: f64,
    ratio_interval: [f64; 2],
    ratio_deviation: f64,
}

#[test]
fn bootstrap_equals_all_resamples() {
    for case in cases::<Resampled>("bootstrap") {
        let slope = bootstrap_slope(&case.groups, case.confidence, 3).unwrap();
        let ratio = bootstrap_mean_ratio(&case.groups, case.confidence, 3).unwrap();
        for (found, estimate, [low, high], deviation) in [
            (slope, case.slope, case.slope_interval, case.slope_deviation),
            (ratio, case.ratio, case.ratio_interval, case.ratio_deviation),
        ] {
            close(found.estimate, estimate, 1e-12);
            assert_eq!(found.draws, 10_000);
            // Five standard errors of a 2.5 % quantile of 10,000 draws are 0.13 deviations.
            assert!((found.interval.low - low).abs() < 0.13 * deviation, "{found:?}");
            assert!((found.interval.high - high).abs() < 0.13 * deviation, "{found:?}");
        }
    }
}
