//! A share of right answers and how far the true one may be from it.

use super::{Interval, tail};
use statrs::distribution::{ContinuousCDF, Normal};

/// Score interval of a share: `successes` right answers of `trials` questions put to one trained model.
///
/// All shares p that a z-test would not reject, `|k - n p| <= z sqrt(n p (1 - p))` (Wilson 1927, "Probable inference,
/// the law of succession, and statistical inference", JASA 22), so the middle is `(k + z²/2) / (n + z²)`. Within 0 and
/// 1; without trials it is all of 0 to 1.
///
/// # Panics
///
/// If there are more successes than trials, or `confidence` is not between 0 and 1.
pub fn wilson(successes: usize, trials: usize, confidence: f64) -> Interval {
    assert!(successes <= trials, "{successes} successes of {trials} trials");
    let z = -Normal::standard().inverse_cdf(tail(confidence));
    let (k, n) = (successes as f64, trials as f64);
    let spread = if trials == 0 { 0.0 } else { k * (n - k) / n };
    let middle = (k + z * z / 2.0) / (n + z * z);
    let half = z * (spread + z * z / 4.0).sqrt() / (n + z * z);
    // At the ends the formula gives exactly 0 and 1, rounding does not.
    Interval {
        low: if successes == 0 { 0.0 } else { middle - half },
        high: if successes == trials { 1.0 } else { middle + half },
    }
}
