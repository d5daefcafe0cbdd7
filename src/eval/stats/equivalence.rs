//! Is one arm as good as another? Two one-sided tests.

use super::mean::{mean_and_error, t_distribution};
use super::{Interval, mean_interval};
use serde::{Deserialize, Serialize};
use statrs::distribution::ContinuousCDF;

/// What [`tost`] found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Tost {
    pub pairs: usize,
    /// Mean difference.
    pub mean: f64,
    /// Differences within ± this count as none.
    pub margin: f64,
    pub interval_90: Interval,
    /// The larger p of the two tests. `None` where all differences are equal: t would divide by a spread of zero.
    pub p: Option<f64>,
    /// The 90 % interval lies inside ± margin, which is `p < 0.05`.
    pub equivalent: bool,
}

/// Paired two one-sided t-tests at 5 % each, one difference per seed; `margin` is in the unit of the differences and is
/// fixed before the run.
///
/// `t = (mean + margin) / error` against "at or below -margin", `t = (margin - mean) / error` against "at or above
/// margin", n - 1 degrees of freedom (Schuirmann 1987, "A comparison of the two one-sided tests procedure and the power
/// approach", J. Pharmacokinetics and Biopharmaceutics 15). That a difference is not significant shows no equivalence;
/// this does.
///
/// Equal differences give an interval of no width, equivalent if it is inside the margin. `None` for fewer than two
/// pairs, or if a difference is not finite.
///
/// # Panics
///
/// If `margin` is not above zero or not finite.
pub fn tost(differences: &[f64], margin: f64) -> Option<Tost> {
    assert!(margin > 0.0 && margin.is_finite(), "a margin of {margin}");
    let interval_90 = mean_interval(differences, 0.9)?;
    let (mean, error) = mean_and_error(differences)?;
    let p = (error > 0.0).then(|| t_distribution(differences).sf((margin - mean.abs()) / error));
    Some(Tost {
        pairs: differences.len(),
        mean,
        margin,
        interval_90,
        p,
        equivalent: -margin < interval_90.low && interval_90.high < margin,
    })
}
