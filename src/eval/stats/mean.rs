//! The mean over seeds and how far the method's own may be from it.

use super::{Interval, tail};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// `None` without values, or if one is not finite.
pub fn mean(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    // Measured from the first value, so that the mean of equal values is that value exactly. One value that is not
    // finite makes a sum that is not.
    let sum: f64 = values.iter().map(|value| value - first).sum();
    let mean = first + sum / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// Student's t interval of the mean, `mean ± t(n - 1) s / sqrt(n)` with `s` over n - 1 (Student 1908, "The probable
/// error of a mean", Biometrika 6). One value per seed; takes their differences from seed to seed to be near normal.
///
/// Equal values give an interval of no width. `None` for fewer than two values, or if one is not finite.
///
/// # Panics
///
/// If `confidence` is not between 0 and 1.
pub fn mean_interval(values: &[f64], confidence: f64) -> Option<Interval> {
    let tail = tail(confidence);
    let (mean, error) = mean_and_error(values)?;
    let half = -t_distribution(values).inverse_cdf(tail) * error;
    Interval::finite(mean - half, mean + half)
}

/// Student's t for the mean of these two or more values.
pub(super) fn t_distribution(values: &[f64]) -> StudentsT {
    StudentsT::new(0.0, 1.0, values.len() as f64 - 1.0).expect("two values or more")
}

/// The mean and its standard error, `s / sqrt(n)`. `None` for fewer than two values, or if one is not finite.
pub(super) fn mean_and_error(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let (n, mean) = (values.len() as f64, mean(values)?);
    let largest = values.iter().map(|value| (value - mean).abs()).fold(0.0, f64::max);
    if largest == 0.0 {
        return Some((mean, 0.0));
    }
    // Relative to the largest deviation, so that no square is too large or too small for an f64.
    let squares: f64 = values.iter().map(|value| ((value - mean) / largest).powi(2)).sum();
    let error = largest * (squares / (n - 1.0) / n).sqrt();
    error.is_finite().then_some((mean, error))
}
