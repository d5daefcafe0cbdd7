//! The plan against naive arithmetic.

mod case;
mod reference;

use case::{Case, Numbers, OPTIMIZER, config, weights, wide};

use super::matmul::{Packed, Store, multiply, multiply_transposed, product, rows, rows_mut, size};
use super::{CpuModel, CpuPlan, Decoder, logits_at};
use crate::objective::TargetTable;
use crate::plan::AdamWConfig;
use std::rc::Rc;

fn assert_close(left: &[f32], right: &[f32], tolerance: f32) {
    assert_eq!(left.len(), right.len());
    for (i, (a, b)) in left.iter().zip(right).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{i}: {a} {b}");
    }
}

#[test]
fn products_match_naive_loops() {
    let mut numbers = Numbers(3);
    for (m, k, n) in [
        (1, 1, 1),
        (7, 3, 9),
        (6, 8, 8),
        (13, 17, 20),
        (50, 5, 4),
        (97, 33, 31),
        (11, 64, 24),
    ] {
        let (a, b) = (numbers.many(m * k, 2.0), numbers.many(k * n, 2.0));
        let start = numbers.many(m * n, 1.0);
        let naive: Vec<f32> = (0..m * n)
            .map(|at| (0..k).map(|l| a[at / n * k + l] * b[l * n + at % n]).sum())
            .collect();
        let sum: Vec<f32> = naive.iter().zip(&start).map(|(x, y)| x + y).collect();
        let flip = |x: &[f32], rows: usize, columns: usize| -> Vec<f32> {
            (0..rows * columns)
                .map(|at| x[at % rows * columns + at / rows])
                .collect()
        };
        let (mut packed, mut of_flipped) = (Packed::default(), Packed::default());
        packed.pack(rows(&b, n), k, n);
        of_flipped.pack_transposed(rows(&flip(&b, k, n), k), k, n);
        let flipped = flip(&a, m, k);
        for packed in [&packed, &of_flipped] {
            for (store, expected) in [(Store::Replace, &naive), (Store::Add, &sum)] {
                let mut c = start.clone();
                multiply(size(m, k, n), rows(&a, k), packed, rows_mut(&mut c, n), store);
                assert_close(&c, expected, 1e-5);
                let mut c = start.clone();
                multiply_transposed(size(m, k, n), rows(&flipped, m), packed, rows_mut(&mut c, n), store);
                assert_close(&c, expected, 1e-5);
            }
        }
    }
}

/// Results do not depend on the machine: tiles of two panels, where there are registers for them, give the same bits.
#[cfg(target_arch = "x86_64")]
#[test]
fn wide_tiles_give_the_same_bits() {
    if !std::arch::is_x86_feature_detected!("avx") {
        return;
    }
    let mut numbers = Numbers(4);
    for (m, k, n) in [(1, 5, 16), (7, 64, 31), (97, 33, 50), (30, 17, 64)] {
        let (a, b, start) = (
            numbers.many(m * k, 2.0),
            numbers.many(k * n, 2.0),
            numbers.many(m * n, 1.0),
        );
        let mut packed = Packed::default();
        packed.pack(rows(&b, n), k, n);
        for store in [Store::Replace, Store::Add] {
            let [narrow, wide] = [false, true].map(|wide| {
                let (mut straight, mut transposed) = (start.clone(), start.clone());
                let panels = || (&packed).into();
                product::<false>(
                    size(m, k, n),
                    rows(&a, k),
                    panels(),
                    rows_mut(&mut straight, n),
                    store,
                    wide,
                );
                product::<true>(
                    size(m, k, n),
                    rows(&a, m),
                    panels(),
                    rows_mut(&mut transposed, n),
                    store,
                    wide,
                );
                [straight, transposed].concat()
            });
            assert_eq!(narrow, wide, "{m} {k} {n} {store:?}");
        }
    }
}

#[test]
fn logits_match_the_reference() {
    for (hidden, vocab, heads, length) in [(8, 12, 2, 7), (16, 20, 4, 13), (24, 36, 2, 150)] {
        let config = config(hidden, vocab, heads);
        let weights = weights(&config, 2, 9);
        let mut numbers = Numbers(1);
        let tokens: Vec<u32> = (0..2 * 3 * length).map(|_| numbers.below(vocab) as u32).collect();
        let rows: Vec<u32> = [3, 0, 5, 6 * length / 2 - 1]
            .into_iter()
            .map(|row| row as u32)
            .collect();
        let rows: Vec<u32> = rows
            .iter()
            .copied()
            .chain(rows.iter().map(|row| row + 3 * length as u32))
            .collect();
        let mut out = Vec::new();
        logits_at(&config, &weights, &tokens, length, &rows, &mut out);
        let count = config.parameter_count();
        for (i, &row) in rows.iter().enumerate() {
            let member = i / 4;
            let tokens = &tokens[member * 3 * length..][..3 * length];
            let all = reference::logits(&config, &wide(&weights[member * count..][..count]), tokens, length);
            let expected: Vec<f32> = all[row as usize - member * 3 * length]
                .iter()
                .map(|&x| x as f32)
                .collect();
            assert_close(&out[i * vocab..][..vocab], &expected, 1e-4);
        }
    }
}

#[test]
fn gradient_matches_central_differences() {
    for (hidden, heads, vocab, length) in [(8, 2, 12, 7), (16, 2, 36, 9)] {
        let case = Case::new(config(hidden, vocab, heads), 2, 3, length, 11);
        let mut plan = case.plan();
        let (losses, gradient) = plan.gradient(&case.input());
        let count = case.shape.config.parameter_count();
        for (member, (loss, gradient)) in losses.iter().zip(gradient.chunks(count)).enumerate() {
            let case = case.alone(member);
            let (temperature, hard) = (case.mixture.temperature[0].into(), case.mixture.hard_weight[0].into());
            let (config, rows) = (&case.shape.config, case.reference_rows());
            let mut weights = wide(&case.weights);
            let logits = reference::logits(config, &weights, &case.tokens, length);
            let targets = reference::distributions(&logits, &rows, temperature);
            let expected = reference::loss(&logits, &rows, &targets, temperature, hard);
            assert!(
                (f64::from(*loss) - expected).abs() < 1e-5 * (1.0 + expected),
                "{loss} {expected}"
            );
            let largest = gradient.iter().fold(0.0f32, |most, g| most.max(g.abs()));
            let (mut start, mut numbers) = (0, Numbers(8));
            for (name, shape) in config.parameters() {
                let size: usize = shape.iter().product();
                for _ in 0..6 {
                    let at = start + numbers.below(size);
                    let mut shifted = |by: f64| {
                        let old = weights[at];
                        weights[at] = old + by;
                        let logits = reference::logits(config, &weights, &case.tokens, length);
                        weights[at] = old;
                        reference::loss(&logits, &rows, &targets, temperature, hard)
                    };
                    let slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
                    let error = (f64::from(gradient[at]) - slope).abs();
                    assert!(
                        error < 2e-5 * f64::from(largest),
                        "{name} {at}: {} {slope}",
                        gradient[at]
                    );
                }
                start += size;
            }
        }
    }
}

#[test]
fn members_equal_separate_runs() {
    let case = Case::new(config(16, 20, 2), 3, 5, 70, 40);
    let mut together = case.plan();
    let mut alone: Vec<CpuPlan> = (0..3).map(|member| case.alone(member).plan()).collect();
    let count = case.shape.config.parameter_count();
    for _ in 0..3 {
        let losses = together.step(&case.input());
        for (member, plan) in alone.iter_mut().enumerate() {
            assert_eq!(plan.step(&case.alone(member).input()), [losses[member]]);
            assert_eq!(plan.weights(), &together.weights()[member * count..][..count]);
        }
    }
    assert_eq!(together.updates(), 3);
}

/// Rows of `v` logits as a table.
fn table_of(logits: &[f32], v: usize) -> Rc<TargetTable> {
    let mut table = TargetTable::new(v);
    for row in logits.chunks_exact(v) {
        table.push_logits(row);
    }
    Rc::new(table)
}

#[test]
fn a_student_equal_to_its_teacher_has_nothing_to_learn() {
    let mut case = Case::new(config(16, 20, 4), 1, 3, 9, 11);
    case.mixture.hard_weight[0] = 0.0;
    let mut teacher = CpuModel::new(&case.shape.config, case.weights.as_slice(), 1, 9);
    let (losses, entropy) = case.plan().step_from_teacher(&case.tokens, &mut teacher, 0.0);
    assert!(losses[0].abs() < 1e-7 && entropy[0] > 0.1, "{losses:?} {entropy:?}");

    let mut logits = Vec::new();
    teacher.logits_at(&case.tokens, 9, &case.rows, &mut logits);
    case.table = table_of(&logits, 20);
    case.targets = (0..case.rows.len()).map(|row| (20 + row) as u32).collect();
    let mut plan = case.plan();
    let (losses, gradient) = plan.gradient(&case.input());
    assert!(losses[0].abs() < 1e-7);
    assert!(gradient.iter().all(|g| g.abs() < 1e-7));
}

#[test]
fn steps_from_a_teacher_equal_steps_from_its_table() {
    let mut case = Case::new(config(16, 20, 4), 2, 4, 6, 24);
    case.mixture.hard_weight.fill(0.0);
    let teacher = config(24, 20, 2);
    let mut teacher = CpuModel::new(&teacher, weights(&teacher, 1, 77), 1, 6);
    let mut direct = case.plan();
    let (losses, entropies) = direct.step_from_teacher(&case.tokens, &mut teacher, 1e-2);

    case.rows = (0..48).collect();
    case.row_weights = vec![1.0 / 24.0; 48];
    case.targets = (20..68).collect();
    let mut all = Vec::new();
    for half in case.tokens.chunks(24) {
        let mut logits = Vec::new();
        teacher.logits_at(half, 6, &(0..24).collect::<Vec<_>>(), &mut logits);
        all.extend(logits);
    }
    case.table = table_of(&all, 20);
    let mut by_table = case.plan();
    assert_eq!(by_table.step(&case.input()), losses);
    assert_eq!(by_table.weights(), direct.weights());
    let entropy = |logits: &[f32]| {
        let log = reference::log_softmax(&wide(logits), 1.0);
        -log.iter().map(|log| log * log.exp()).sum::<f64>()
    };
    let mean = all[..480].chunks(20).map(entropy).sum::<f64>() / 24.0;
    assert!((f64::from(entropies[0]) - mean).abs() < 1e-5);
}

#[test]
fn decoder_equals_recomputation() {
    let config = config(16, 20, 4);
    let (population, sequences, length) = (2, 3, 11);
    let weights = weights(&config, population, 4);
    let mut numbers = Numbers(6);
    let count = population * sequences;
    let tokens: Vec<u32> = (0..count * length).map(|_| numbers.below(20) as u32).collect();
    let mut decoder = Decoder::new(&config, weights.as_slice(), population, sequences, length);
    let mut start = 0;
    for step in [4, 1, 2, 1, 3] {
        let end = start + step;
        let cut = |from: usize| -> Vec<u32> { tokens.chunks(length).flat_map(|all| all[from..end].to_vec()).collect() };
        let got = decoder.next(&cut(start), step);
        let last: Vec<u32> = (0..count).map(|sequence| ((sequence + 1) * end - 1) as u32).collect();
        let mut expected = Vec::new();
        logits_at(&config, &weights, &cut(0), end, &last, &mut expected);
        assert_close(&got, &expected, 1e-5);
        start = end;
    }
    assert_eq!(decoder.positions(), length);
}

#[test]
fn huge_logits_stay_finite() {
    let mut case = Case::new(config(16, 20, 2), 2, 3, 9, 11);
    let mut table = TargetTable::new(20);
    for i in 0..5 {
        match i % 2 {
            0 => table.push_logits(&Numbers(i).many(20, 2e4)),
            _ => table.push_top_k(&[(3, -1e4), (i as u32 + 4, -2e4)], 1e-30),
        };
    }
    case.table = Rc::new(table);
    let head = case.shape.config.parameter_count() - 16 * 20;
    let count = case.shape.config.parameter_count();
    for member in 0..2 {
        case.weights[member * count + head..(member + 1) * count]
            .iter_mut()
            .for_each(|w| *w *= 1e4);
    }
    let mut plan = case.plan();
    let losses = plan.step(&case.input());
    assert!(losses.iter().all(|loss| loss.is_finite()), "{losses:?}");
    assert!(plan.weights().iter().all(|weight| weight.is_finite()));
}

#[test]
fn padding_gives_neither_loss_nor_gradient() {
    let mut case = Case::new(config(16, 20, 2), 2, 3, 9, 11);
    case.row_weights.fill(0.0);
    let mut plan = case.plan();
    let (losses, gradient) = plan.gradient(&case.input());
    assert_eq!(losses, [0.0, 0.0]);
    assert!(gradient.iter().all(|&g| g == 0.0));
}

#[test]
fn updates_match_scalar_adamw() {
    for clip in [None, Some(0.05)] {
        let case = Case::new(config(8, 12, 2), 2, 3, 7, 11);
        let optimizer = AdamWConfig { clip, ..OPTIMIZER };
        let mut plan = CpuPlan::new(
            case.shape.clone(),
            &case.weights,
            optimizer,
            case.mixture.clone(),
            case.table.clone(),
        );
        let mut weights = wide(&case.weights);
        let (mut first, mut second) = (vec![0.0; weights.len()], vec![0.0; weights.len()]);
        let count = case.shape.config.parameter_count();
        for update in 1..=4 {
            let gradient = wide(&plan.gradient(&case.input()).1);
            plan.step(&case.input());
            for (at, weight) in weights.iter_mut().enumerate() {
                let norm = gradient[at / count * count..][..count]
                    .iter()
                    .map(|g| g * g)
                    .sum::<f64>()
                    .sqrt();
                let g = gradient[at] * clip.map_or(1.0, |limit| (limit / (norm + 1e-12)).min(1.0));
                first[at] = 0.9 * first[at] + 0.1 * g;
                second[at] = 0.98 * second[at] + 0.02 * g * g;
                let step = first[at]
                    / (1.0 - 0.9f64.powi(update))
                    / ((second[at] / (1.0 - 0.98f64.powi(update))).sqrt() + 1e-8);
                *weight = *weight * (1.0 - 1e-2 * 0.01) - 1e-2 * step;
            }
            let expected: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
            assert_close(plan.weights(), &expected, 1e-5);
        }
    }
}

#[test]
fn a_restored_plan_continues_alike() {
    let case = Case::new(config(8, 12, 2), 2, 3, 7, 11);
    let mut plan = case.plan();
    plan.step(&case.input());
    let mut other = case.plan();
    let (first, second) = plan.moments();
    other.restore(plan.weights(), first, second, plan.updates());
    plan.step(&case.input());
    other.step(&case.input());
    assert_eq!(plan.weights(), other.weights());
}
