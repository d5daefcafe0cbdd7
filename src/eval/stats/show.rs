//! Numbers as the page prints them.

use super::SignFlip;

/// A p-value in words that claim no more than the test can: "p = 0.012", "p < 0.001", and where it is the least that
/// `test` can give, "p = 0.031, the least that 5 pairs can give". Never "p = 0".
///
/// `p` is apart from `test`, so that an adjusted one ([`holm`](super::holm)) can be shown; a t-test has no floor:
/// `None`.
///
/// # Panics
///
/// If `p` is not within 0 and 1.
pub fn show_p(p: f64, test: Option<&SignFlip>) -> String {
    assert!((0.0..=1.0).contains(&p), "a p-value of {p}");
    if let Some(test) = test.filter(|test| p == test.floor) {
        let least = match (test.exact, test.pairs) {
            (true, 1) => "1 pair".to_owned(),
            (true, pairs) => format!("{pairs} pairs"),
            (false, _) => format!("{:.0} thousand random flips", 1e-3 / test.floor),
        };
        return format!("p = {}, the least that {least} can give", two_figures(p));
    }
    if p == 1.0 {
        "p = 1".to_owned()
    } else if p > 0.999 {
        "p > 0.999".to_owned()
    } else if p < 0.001 {
        "p < 0.001".to_owned()
    } else {
        format!("p = {p:.3}")
    }
}

/// A number with so many decimals; what rounds to zero has no sign.
pub fn fixed(value: f64, decimals: usize) -> String {
    let shown = format!("{value:.decimals$}");
    match shown.strip_prefix('-') {
        Some(size) if size.chars().all(|c| matches!(c, '0' | '.')) => size.to_owned(),
        _ => shown,
    }
}

/// Two significant figures without an exponent and without zeros at the end.
fn two_figures(p: f64) -> String {
    let decimals = (1.0 - p.log10().floor()) as usize;
    let shown = format!("{p:.decimals$}");
    shown.trim_end_matches('0').trim_end_matches('.').to_owned()
}
