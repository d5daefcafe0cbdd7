//! What has no figure says so; what has one, however odd, has the right one.

use super::*;
use std::panic::catch_unwind;

const NONE_OF_THESE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
const BOTH: [Alternative; 2] = [Alternative::Greater, Alternative::TwoSided];

fn panics<T>(call: impl FnOnce() -> T + std::panic::UnwindSafe) -> bool {
    catch_unwind(call).is_err()
}

#[test]
fn what_is_not_finite_is_refused_wherever_it_stands() {
    for bad in NONE_OF_THESE {
        for count in [1, 2, 5, 20, 25] {
            for place in 0..count {
                let mut values = vec![0.25; count];
                values[place] = bad;
                assert_eq!(mean(&values), None);
                assert_eq!(mean_interval(&values, 0.95), None);
                assert_eq!(quantile(&values, 0.0), None);
                assert_eq!(median(&values), None);
                assert_eq!(tost(&values, 0.02), None);
                assert!(BOTH.iter().all(|&side| sign_flip(&values, side, 1).is_none()));
                for in_x in [true, false] {
                    let mut points: Vec<(f64, f64)> = (0..count).map(|i| (i as f64 + 1.0, 1.0)).collect();
                    *(if in_x {
                        &mut points[place].0
                    } else {
                        &mut points[place].1
                    }) = bad;
                    assert_eq!(slope(&points), None);
                    let groups = [points, vec![(1.0, 1.0), (2.0, 2.0)]];
                    assert_eq!(bootstrap_slope(&groups, 0.95, 1), None);
                    assert_eq!(bootstrap_mean_ratio(&groups, 0.95, 1), None);
                }
            }
        }
        assert!(panics(|| holm(&[0.1, bad])));
        assert!(panics(|| tost(&[0.0, 0.0], bad)));
        assert!(panics(|| wilson(1, 2, bad)));
        assert!(panics(|| mean_interval(&[0.0, 1.0], bad)));
        assert!(panics(|| quantile(&[0.0, 1.0], bad)));
        assert!(panics(|| bootstrap_slope(&[], bad, 1)));
        assert!(panics(|| bootstrap_mean_ratio(&[], bad, 1)));
        assert!(panics(|| show_p(bad, None)));
    }
}

#[test]
fn nonsense_panics() {
    for confidence in [0.0, 1.0, -0.5, 95.0] {
        assert!(panics(|| wilson(1, 2, confidence)));
        assert!(panics(|| mean_interval(&[0.0, 1.0], confidence)));
        assert!(panics(|| bootstrap_slope(&[], confidence, 1)));
    }
    for margin in [0.0, -0.02] {
        assert!(panics(|| tost(&[0.0, 0.0], margin)));
    }
    assert!(panics(|| wilson(3, 2, 0.95)));
    assert!(panics(|| quantile(&[1.0], 1.5)));
    assert!(panics(|| holm(&[1.5])));
    assert!(panics(|| show_p(-0.1, None)));
}

#[test]
fn too_little_has_no_figure() {
    assert_eq!(wilson(0, 0, 0.95), Interval { low: 0.0, high: 1.0 });
    assert_eq!(holm(&[]), Vec::<f64>::new());
    assert_eq!((mean(&[]), mean(&[3.0])), (None, Some(3.0)));
    assert_eq!((median(&[]), median(&[3.0])), (None, Some(3.0)));
    assert_eq!((mean_interval(&[], 0.95), mean_interval(&[3.0], 0.95)), (None, None));
    assert_eq!((tost(&[], 1.0), tost(&[0.0], 1.0)), (None, None));
    assert_eq!((slope(&[]), slope(&[(1.0, 1.0)])), (None, None));
    for group in [vec![], vec![(1.0, 1.0)], vec![(1.0, 1.0), (2.0, 2.0)]] {
        for groups in [vec![], vec![group.clone()], vec![vec![], group]] {
            assert_eq!(bootstrap_slope(&groups, 0.95, 1), None);
            assert_eq!(bootstrap_mean_ratio(&groups, 0.95, 1), None);
        }
    }
    // Also where the other seeds would have a figure.
    let line = vec![(1.0, 1.0), (2.0, 2.0)];
    let one_empty = [vec![line; 9], vec![vec![]]].concat();
    assert_eq!(bootstrap_slope(&one_empty, 0.95, 1), None);
    assert_eq!(bootstrap_mean_ratio(&one_empty, 0.95, 1), None);
    assert!(BOTH.iter().all(|&side| sign_flip(&[], side, 1).is_none()));
}

#[test]
fn one_pair_shows_nothing() {
    let p = |difference: f64, side| sign_flip(&[difference], side, 1).unwrap().p;
    assert_eq!(
        (p(9.0, Alternative::Greater), p(-9.0, Alternative::Greater)),
        (0.5, 1.0)
    );
    assert_eq!(
        (p(9.0, Alternative::TwoSided), p(-9.0, Alternative::TwoSided)),
        (1.0, 1.0)
    );
}

#[test]
fn no_difference_at_all_is_no_evidence_of_one() {
    for zero in [0.0, -0.0] {
        for pairs in [1, 5, 20, 21, 100] {
            assert!(
                BOTH.iter()
                    .all(|&side| sign_flip(&vec![zero; pairs], side, 1).unwrap().p == 1.0)
            );
        }
    }
}

#[test]
fn equal_values_give_intervals_of_no_width() {
    // 0.1 five times sums to more than 0.5 / 5 would say, 0.7 to less.
    for value in [0.0, 0.1, 0.7, -1.0 / 3.0, 1e-300, 1e300, f64::MAX] {
        for count in [2, 3, 5, 7, 50] {
            let values = vec![value; count];
            let width_zero = Interval {
                low: value,
                high: value,
            };
            assert_eq!(mean(&values), Some(value));
            assert_eq!(mean_interval(&values, 0.95), Some(width_zero));
            assert!(
                [0.0, 0.3, 0.5, 0.99, 1.0]
                    .iter()
                    .all(|&q| quantile(&values, q) == Some(value))
            );
            for margin in [0.02, 0.1, 1.0] {
                let found = tost(&values, margin).unwrap();
                assert_eq!((found.mean, found.interval_90, found.p), (value, width_zero, None));
                assert_eq!(found.equivalent, value.abs() < margin);
            }
            assert_eq!(slope(&values.iter().map(|&x| (x, x)).collect::<Vec<_>>()), None);
        }
    }
}

#[test]
fn huge_and_tiny_values_scale() {
    let values = [0.5, 0.75, -0.25, 0.5, 1.0];
    let (interval, flips) = (
        mean_interval(&values, 0.9).unwrap(),
        sign_flip(&values, Alternative::Greater, 1),
    );
    for scale in [2.0_f64.powi(1_000), 2.0_f64.powi(-1_000)] {
        let scaled = values.map(|value| value * scale);
        let found = mean_interval(&scaled, 0.9).unwrap();
        close(found.low, interval.low * scale, 1e-12);
        close(found.high, interval.high * scale, 1e-12);
        assert_eq!(sign_flip(&scaled, Alternative::Greater, 1), flips);
        assert_eq!(tost(&scaled, scale).unwrap().p, tost(&values, 1.0).unwrap().p);
    }
    // Beyond what an f64 can hold.
    let extremes = [f64::MAX, -f64::MAX, f64::MAX];
    assert_eq!(mean(&extremes), None);
    assert_eq!(mean_interval(&extremes, 0.95), None);
    assert_eq!(tost(&extremes, 1.0), None);
    assert_eq!(sign_flip(&extremes, Alternative::Greater, 1), None);
    assert_eq!(median(&extremes), Some(f64::MAX));
    assert_eq!(quantile(&[-f64::MAX, f64::MAX], 0.5), Some(0.0));
    for x in [1e-300, 1e200, f64::MAX] {
        assert_eq!(slope(&[(0.0, 0.0), (x, 1.0)]), Some(1.0 / x));
    }
    assert_eq!(slope(&[(0.0, 0.0), (1e-200, 1e200)]), None);
    assert_eq!(slope(&[(-f64::MAX, 0.0), (f64::MAX, 1.0)]), None);
    assert_eq!(mean_interval(&[0.0, f64::MAX], 0.999), None);
}

#[test]
fn extreme_confidence_and_many_values_are_still_finite() {
    let nearly_sure = 1.0 - f64::EPSILON;
    let many = [vec![0.0; 50_000], vec![1.0; 50_000]].concat();
    close(
        mean_interval(&many, 0.95).unwrap().high,
        wilson(50_000, 100_000, 0.95).high,
        1e-6,
    );
    let sure = wilson(5, 10, nearly_sure);
    assert!(0.0 < sure.low && sure.low < 0.1 && 0.9 < sure.high && sure.high < 1.0);
    for count in 2..40 {
        let values: Vec<f64> = (0..count).map(f64::from).collect();
        let narrow = mean_interval(&values, 1e-9).unwrap();
        let wide = mean_interval(&values, nearly_sure).unwrap();
        assert!(wide.low < narrow.low && narrow.low <= narrow.high && narrow.high < wide.high);
    }
}

#[test]
fn a_slope_is_that_of_the_line() {
    let line: Vec<(f64, f64)> = (0..5)
        .map(|x| (f64::from(x) / 2.0, 3.0 - 2.0 * f64::from(x) / 2.0))
        .collect();
    close(slope(&line).unwrap(), -2.0, 1e-14);
    assert_eq!(slope(&[(1.0, 5.0), (2.0, 5.0)]), Some(0.0));
    // The same line in every seed: no doubt at all.
    let found = bootstrap_slope(&[line.clone(), line], 0.95, 1).unwrap();
    close(found.interval.low, -2.0, 1e-14);
    close(found.interval.high, -2.0, 1e-14);
}

#[test]
fn a_figure_that_most_resamples_lack_is_refused() {
    // One point per seed: where a resample holds one seed only, there is no slope.
    let seeds = |count: u32| -> Vec<Vec<(f64, f64)>> { (0..count).map(|i| vec![(i.into(), 1.0)]).collect() };
    assert_eq!(bootstrap_slope(&seeds(2), 0.95, 1), None);
    assert_eq!(bootstrap_slope(&seeds(3), 0.95, 1), None);
    let found = bootstrap_slope(&seeds(5), 0.95, 1).unwrap();
    assert!((9_950..10_000).contains(&found.draws), "{}", found.draws);
}

#[test]
fn a_ratio_to_something_that_may_be_zero_is_refused() {
    let ratio = |xs: [f64; 3]| bootstrap_mean_ratio(&xs.map(|x| vec![(x, 1.0)]), 0.95, 1);
    assert_eq!(ratio([0.0, 0.0, 0.0]), None);
    assert_eq!(ratio([1.0, 1.0, 0.0]), None);
    assert_eq!(ratio([1.0, 1.0, -0.4]), None);
    assert_eq!(ratio([-1.0, -1.0, 0.4]), None);
    assert_eq!(ratio([1.0, -1.0, 0.0]), None);
    close(ratio([1.0, 2.0, 1.0]).unwrap().estimate, 0.75, 1e-14);
    close(ratio([-1.0, -2.0, -1.0]).unwrap().estimate, -0.75, 1e-14);
}
