//! Slopes and ratios over dial settings, and how much they owe to the choice of seeds.
//!
//! Points of one seed belong together (same initial weights, same prompts), so seeds are resampled whole (Davison and
//! Hinkley 1997, "Bootstrap Methods and their Application", section 3.8) and the interval is that of percentiles (Efron
//! and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13). With few seeds it is too narrow: of intervals
//! said to hold 95 % of the true values, 83 % did with 5 seeds, 90 % with 10 and 93 % with 20 (normal slopes, 3,000
//! trials; a test repeats it).

use super::{Interval, Purpose, mean, quantile, tail};
use crate::rng::{Stream, choose, stream};
use serde::{Deserialize, Serialize};

/// Resamples of the seeds.
const DRAWS: usize = 10_000;

/// A figure over several seeds with its percentile interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SeedInterval {
    /// The figure over all points.
    pub estimate: f64,
    pub interval: Interval,
    /// Resamples in which the figure exists; the interval is over these.
    pub draws: usize,
}

/// Slope of the least squares line through `(x, y)` points, `Σ (x - x̄)(y - ȳ) / Σ (x - x̄)²`, in units of y per unit
/// of x.
///
/// `None` for fewer than two points, if all have the same x, or if one is not finite.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let (mean_x, mean_y) = means(points)?;
    let largest = points.iter().map(|(x, _)| (x - mean_x).abs()).fold(0.0, f64::max);
    // x relative to the largest deviation, so that no square is too large or too small for an f64. Where all x are
    // equal, the mean is that x exactly, and this is 0 / 0.
    let centred = points.iter().map(|(x, y)| ((x - mean_x) / largest, y - mean_y));
    let (together, alone) = centred.fold((0.0, 0.0), |(xy, xx), (x, y)| (xy + x * y, xx + x * x));
    let slope = together / alone / largest;
    slope.is_finite().then_some(slope)
}

/// [`slope`] through the points of all seeds, one group of `(x, y)` points per seed, with an interval from 10,000
/// resamples of whole seeds.
///
/// `None` for fewer than two seeds, a seed without points, a value that is not finite, or if more than one resample in
/// 20 has no slope.
///
/// # Panics
///
/// If `confidence` is not between 0 and 1.
pub fn bootstrap_slope(groups: &[Vec<(f64, f64)>], confidence: f64, seed: u64) -> Option<SeedInterval> {
    let found = bootstrap(groups, confidence, seed, slope)?;
    (found.draws * 20 >= DRAWS * 19).then_some(found)
}

/// Amplification over seeds, `mean of y / mean of x` over the points of all seeds (student's figure over teacher's),
/// with an interval from 10,000 resamples of whole seeds, one group of `(x, y)` points per seed.
///
/// `None` for fewer than two seeds, a seed without points, a value that is not finite, or if the mean of x is zero or
/// of the other sign in any resample: the ratio then has no bound, which percentiles would hide.
///
/// # Panics
///
/// If `confidence` is not between 0 and 1.
pub fn bootstrap_mean_ratio(groups: &[Vec<(f64, f64)>], confidence: f64, seed: u64) -> Option<SeedInterval> {
    let below_zero = means(&groups.concat()).is_some_and(|(x, _)| x < 0.0);
    let ratio = |points: &[(f64, f64)]| {
        let (x, y) = means(points)?;
        (x != 0.0 && (x < 0.0) == below_zero && (y / x).is_finite()).then_some(y / x)
    };
    bootstrap(groups, confidence, seed, ratio).filter(|found| found.draws == DRAWS)
}

/// Means of x and of y.
fn means(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    Some((mean(&xs)?, mean(&ys)?))
}

/// `figure` over all points, and its percentiles over resamples of whole groups.
fn bootstrap(
    groups: &[Vec<(f64, f64)>],
    confidence: f64,
    seed: u64,
    figure: impl Fn(&[(f64, f64)]) -> Option<f64>,
) -> Option<SeedInterval> {
    let tail = tail(confidence);
    if groups.len() < 2 || groups.iter().any(Vec::is_empty) {
        return None;
    }
    let estimate = figure(&groups.concat())?;
    let mut rng = stream(seed, Stream::Statistics, Purpose::Bootstrap as u64);
    let mut points = Vec::new();
    let mut figures = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        points.clear();
        for _ in groups {
            points.extend(choose(&mut rng, groups));
        }
        figures.extend(figure(&points));
    }
    Some(SeedInterval {
        estimate,
        interval: Interval {
            low: quantile(&figures, tail)?,
            high: quantile(&figures, 1.0 - tail)?,
        },
        draws: figures.len(),
    })
}
