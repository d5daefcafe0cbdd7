//! What may be said of figures from a few training seeds: intervals, tests and their limits.
//!
//! The unit of replication is the training seed. [`wilson`] is about one trained model and its test questions,
//! everything else about the method and its seeds; differences are between arms of the same seed.
//!
//! A figure that does not exist (too few values, one that is not finite, a result too large for an `f64`) is `None`,
//! never `NaN`. A confidence, margin or count that makes no sense is a mistake of the caller and panics.

mod bootstrap;
mod equivalence;
mod holm;
mod mean;
mod proportion;
mod quantile;
mod show;
mod sign_flip;

pub use bootstrap::{SeedInterval, bootstrap_mean_ratio, bootstrap_slope, slope};
pub use equivalence::{Tost, tost};
pub use holm::holm;
pub use mean::{mean, mean_interval};
pub use proportion::wilson;
pub use quantile::{median, quantile};
pub use show::{fixed, show_p};
pub use sign_flip::{Alternative, SignFlip, sign_flip};

use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// From `low` to `high`, both belonging to it, in the unit of the figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// `None` where an end is too large for an `f64`.
    fn finite(low: f64, high: f64) -> Option<Self> {
        (low.is_finite() && high.is_finite()).then_some(Self { low, high })
    }
}

/// What each user of [`Stream::Statistics`](crate::rng::Stream::Statistics) draws from.
#[derive(Clone, Copy)]
enum Purpose {
    SignFlips = 0,
    Bootstrap = 1,
}

/// The share left out at either end of an interval.
///
/// # Panics
///
/// If `confidence` is not between 0 and 1.
fn tail(confidence: f64) -> f64 {
    assert!(
        confidence > 0.0 && confidence < 1.0,
        "confidence of {confidence}, not between 0 and 1"
    );
    (1.0 - confidence) / 2.0
}
