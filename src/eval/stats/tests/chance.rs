//! What the figures promise about chance, counted. Margins are five standard deviations of the count or more.

use super::*;
use statrs::distribution::{Binomial, Discrete};

#[test]
fn wilson_holds_the_true_share_as_often_as_promised() {
    for trials in [20, 100, 300] {
        for confidence in [0.8, 0.95] {
            // Not counted but summed: the chance of each number of successes is known.
            let intervals: Vec<Interval> = (0..=trials).map(|k| wilson(k, trials, confidence)).collect();
            let coverage = |share: f64| -> f64 {
                let chance = Binomial::new(share, trials as u64).unwrap();
                let holds = |k: &usize| intervals[*k].low <= share && share <= intervals[*k].high;
                (0..=trials).filter(holds).map(|k| chance.pmf(k as u64)).sum()
            };
            let shares: Vec<f64> = (5..=95).map(|percent| f64::from(percent) / 100.0).collect();
            let covered: Vec<f64> = shares.into_iter().map(coverage).collect();
            let average = mean(&covered).unwrap();
            assert!((average - confidence).abs() < 0.01, "{trials}: {average}");
            let worst = quantile(&covered, 0.0).unwrap();
            assert!(worst > confidence - 0.1, "{trials}: {worst}");
        }
    }
}

#[test]
fn wilson_is_a_mirror_and_narrows() {
    for k in 0..=50 {
        let (one, other) = (wilson(k, 50, 0.95), wilson(50 - k, 50, 0.95));
        assert!((one.low - (1.0 - other.high)).abs() < 1e-15);
        assert!(0.0 <= one.low && one.low <= k as f64 / 50.0 && k as f64 / 50.0 <= one.high && one.high <= 1.0);
        let more = wilson(10 * k, 500, 0.95);
        assert!(more.high - more.low < one.high - one.low);
    }
}

#[test]
fn sign_flip_is_uniform_where_the_arms_are_the_same() {
    for alternative in [Alternative::Greater, Alternative::TwoSided] {
        for (pairs, trials) in [(8, 4_000), (25, 150)] {
            let mut rng = draws(pairs as u64);
            let p: Vec<f64> = (0..trials)
                .map(|_| {
                    sign_flip(&normal(&mut rng, pairs), alternative, rng.random())
                        .unwrap()
                        .p
                })
                .collect();
            // Multiples of 1/128, which every test with 8 pairs can give.
            for share in [6.0 / 128.0, 32.0 / 128.0, 96.0 / 128.0] {
                let below = p.iter().filter(|&&p| p <= share).count() as f64;
                let deviation = (trials as f64 * share * (1.0 - share)).sqrt();
                assert!(
                    (below - trials as f64 * share).abs() < 5.0 * deviation,
                    "{below} of {trials} below {share}"
                );
            }
        }
    }
}

#[test]
fn sign_flip_is_never_below_its_floor_and_reaches_it() {
    for pairs in 1..=30 {
        let mut rng = draws(pairs as u64);
        for alternative in [Alternative::Greater, Alternative::TwoSided] {
            for shift in [0.0, 0.5, 100.0] {
                let differences: Vec<f64> = normal(&mut rng, pairs).iter().map(|x| x + shift).collect();
                let found = sign_flip(&differences, alternative, 1).unwrap();
                assert_eq!((found.pairs, found.exact), (pairs, pairs <= 20));
                assert!(
                    found.floor > 0.0 && found.p >= found.floor && found.p <= 1.0,
                    "{found:?}"
                );
                if shift == 100.0 {
                    assert_eq!(found.p, found.floor);
                }
            }
        }
    }
    let floor = |pairs: usize, alternative| sign_flip(&vec![1.0; pairs], alternative, 1).unwrap().floor;
    assert_eq!(floor(5, Alternative::Greater), 1.0 / 32.0);
    assert_eq!(floor(5, Alternative::TwoSided), 1.0 / 16.0);
    assert_eq!(floor(20, Alternative::Greater), 1.0 / 1_048_576.0);
    assert_eq!(floor(21, Alternative::TwoSided), 1.0 / 100_001.0);
}

#[test]
fn sign_flip_is_symmetric() {
    for pairs in 1..=12 {
        let mut rng = draws(pairs);
        // Tenths, so that many flips tie.
        let differences: Vec<f64> = (0..pairs).map(|_| f64::from(rng.random_range(-9..=9)) / 10.0).collect();
        let mirrored: Vec<f64> = differences.iter().map(|x| -x).collect();
        let p = |differences: &[f64], alternative| sign_flip(differences, alternative, 1).unwrap().p;
        let two_sided = p(&differences, Alternative::TwoSided);
        assert_eq!(two_sided, p(&mirrored, Alternative::TwoSided));
        let (greater, less) = (
            p(&differences, Alternative::Greater),
            p(&mirrored, Alternative::Greater),
        );
        // What is counted on neither side is nothing, what ties with the mean seen is counted on both.
        assert!(greater + less >= 1.0);
        assert_eq!(two_sided, (2.0 * greater.min(less)).min(1.0));
    }
}

#[test]
fn ties_count_in_any_order_and_at_any_scale() {
    // 0.1 + 0.2 is not 0.3, but these flips tie on paper.
    for scale in [1e-300, 1.0, 1.0 / 300.0, 1e300] {
        let mut differences: Vec<f64> = [0.1, 0.2, -0.3, 0.3, 0.7, -0.1].iter().map(|x| x * scale).collect();
        let expected = sign_flip(&[1.0, 2.0, -3.0, 3.0, 7.0, -1.0], Alternative::Greater, 1);
        for _ in 0..6 {
            differences.rotate_left(1);
            assert_eq!(sign_flip(&differences, Alternative::Greater, 1), expected);
        }
    }
}

#[test]
fn drawn_flips_are_those_of_the_seed() {
    let differences = normal(&mut draws(1), 70);
    let found = |seed| sign_flip(&differences, Alternative::TwoSided, seed).unwrap();
    assert_eq!(found(1), found(1));
    assert_ne!(found(1).p, found(2).p);
    // Six differences flip apart from each other wherever they stand, also beyond the first 64 signs.
    for start in [0, 29, 58, 64, 122] {
        let mut six = vec![0.0; 128];
        six[start..start + 6].fill(1.0);
        let p = sign_flip(&six, Alternative::Greater, 1).unwrap().p;
        assert!((p - 1.0 / 64.0).abs() < 5.0 * (1.0 / 64.0 / 1e5_f64).sqrt(), "{p}");
    }
}

#[test]
fn tost_follows_its_margin() {
    let mut rng = draws(1);
    for pairs in 2..30 {
        let differences = normal(&mut rng, pairs);
        assert!(tost(&differences, 1e4).unwrap().equivalent);
        assert!(!tost(&differences, 1e-9).unwrap().equivalent);
        let (mut p, mut equivalent) = (1.0, false);
        for margin in [0.1, 0.3, 0.5, 1.0, 2.0, 4.0] {
            let found = tost(&differences, margin).unwrap();
            assert!(found.p.unwrap() < p && found.equivalent >= equivalent);
            assert_eq!(found.equivalent, found.p.unwrap() < 0.05);
            (p, equivalent) = (found.p.unwrap(), found.equivalent);
        }
        let mirrored: Vec<f64> = differences.iter().map(|x| -x).collect();
        let (one, other) = (tost(&differences, 0.5).unwrap(), tost(&mirrored, 0.5).unwrap());
        assert_eq!((one.mean, one.p), (-other.mean, other.p));
    }
}

#[test]
fn tost_is_wrong_once_in_twenty_at_the_margin() {
    let (mut rng, mut wrong) = (draws(2), 0);
    for _ in 0..4_000 {
        let differences: Vec<f64> = normal(&mut rng, 10).iter().map(|x| x + 3.0).collect();
        wrong += usize::from(tost(&differences, 3.0).unwrap().equivalent);
    }
    assert!((130..=270).contains(&wrong), "{wrong} of 4000"); // 200, deviation 13.8
}

#[test]
fn mean_interval_holds_the_true_mean_as_often_as_promised() {
    let (mut rng, mut held) = (draws(3), 0);
    for _ in 0..4_000 {
        let interval = mean_interval(&normal(&mut rng, 5), 0.9).unwrap();
        held += usize::from(interval.low <= 0.0 && 0.0 <= interval.high);
    }
    assert!((3_505..=3_695).contains(&held), "{held} of 4000"); // 3600, deviation 19
}

#[test]
fn holm_keeps_order_and_only_adds() {
    let mut rng = draws(4);
    for count in 0..20 {
        let p: Vec<f64> = (0..count).map(|_| rng.random::<f64>().powi(3)).collect();
        let adjusted = holm(&p);
        assert_eq!(adjusted.len(), count);
        for i in 0..count {
            assert!(p[i] <= adjusted[i] && adjusted[i] <= (count as f64 * p[i]).min(1.0));
            for j in 0..count {
                assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
            }
        }
    }
}

#[test]
fn quantiles_rise_and_stay_inside() {
    let values = normal(&mut draws(5), 37);
    let quantiles: Vec<f64> = (0..=1_000)
        .map(|q| quantile(&values, f64::from(q) / 1_000.0).unwrap())
        .collect();
    assert!(quantiles.is_sorted());
    assert_eq!(quantiles[0], values.iter().copied().fold(f64::INFINITY, f64::min));
    assert_eq!(
        quantiles[1_000],
        values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    );
}

/// Seeds whose slopes and means lie around 1.5, five points each.
fn seeds(rng: &mut Rng, count: usize) -> Vec<Vec<(f64, f64)>> {
    (0..count)
        .map(|_| {
            let slope = 1.5 + 0.3 * normal(rng, 1)[0];
            (1..=5).map(|x| (f64::from(x), slope * f64::from(x))).collect()
        })
        .collect()
}

#[test]
fn bootstrap_holds_the_true_slope_as_often_as_its_page_says() {
    for (count, expected) in [(5, 0.83), (20, 0.93)] {
        let mut rng = draws(count as u64);
        let trials = 60;
        let (mut slopes, mut ratios) = (0, 0);
        for _ in 0..trials {
            let groups = seeds(&mut rng, count);
            let holds = |found: Option<SeedInterval>| {
                let interval = found.unwrap().interval;
                usize::from(interval.low <= 1.5 && 1.5 <= interval.high)
            };
            slopes += holds(bootstrap_slope(&groups, 0.95, rng.random()));
            ratios += holds(bootstrap_mean_ratio(&groups, 0.95, rng.random()));
        }
        let deviation = (f64::from(trials) * expected * (1.0 - expected)).sqrt();
        for held in [slopes, ratios] {
            let off = (held as f64 - f64::from(trials) * expected).abs();
            assert!(off < 5.0 * deviation, "{count} seeds: {held} of {trials}");
        }
    }
}

#[test]
fn bootstrap_is_that_of_the_seed_and_scales() {
    let groups = seeds(&mut draws(6), 6);
    let doubled: Vec<Vec<(f64, f64)>> = groups
        .iter()
        .map(|group| group.iter().map(|&(x, y)| (x, 2.0 * y)).collect())
        .collect();
    for figure in [bootstrap_slope, bootstrap_mean_ratio] {
        let (once, twice) = (figure(&groups, 0.9, 1).unwrap(), figure(&doubled, 0.9, 1).unwrap());
        assert_eq!(Some(once), figure(&groups, 0.9, 1));
        assert_ne!(Some(once), figure(&groups, 0.9, 2));
        assert!(once.interval.low < once.estimate && once.estimate < once.interval.high);
        close(twice.estimate, 2.0 * once.estimate, 1e-12);
        close(twice.interval.low, 2.0 * once.interval.low, 1e-12);
        let wider = figure(&groups, 0.99, 1).unwrap();
        assert!(wider.interval.low < once.interval.low && once.interval.high < wider.interval.high);
    }
}
