//! Several tests in one experiment.

/// Adjusted p-values, in the order given: the chance of even one false alarm among the tests stays at the level that
/// each adjusted p is held against.
///
/// The i-th smallest of m (from 0) becomes `max over j <= i of min(1, (m - j) p_j)` (Holm 1979, "A simple sequentially
/// rejective multiple test procedure", Scandinavian Journal of Statistics 6).
///
/// # Panics
///
/// If a p-value is not within 0 and 1.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    assert!(
        p_values.iter().all(|p| (0.0..=1.0).contains(p)),
        "p-values not within 0 and 1: {p_values:?}"
    );
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        let tests_left = (p_values.len() - rank) as f64;
        least = least.max((tests_left * p_values[index]).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}
