//! Quantiles of a handful of values.

/// The value below which a share `q` of the values lies, linear between neighbours: position `(n - 1) q` among the
/// sorted values (type 7 of Hyndman and Fan 1996, "Sample quantiles in statistical packages", The American Statistician
/// 50; the default of R and NumPy).
///
/// `None` without values, or if one is not finite.
///
/// # Panics
///
/// If `q` is not within 0 and 1.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    assert!((0.0..=1.0).contains(&q), "quantile {q}, not within 0 and 1");
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let position = (sorted.len() - 1) as f64 * q;
    let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    // Not low + part (high - low): the difference of huge values overflows. The clamp takes back what rounding adds.
    let part = position.fract();
    Some(((1.0 - part) * low + part * high).clamp(low, high))
}

/// The middle value, or halfway between the middle two. `None` without values, or if one is not finite.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}
