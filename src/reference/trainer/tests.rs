use super::*;
use crate::model::{LlamaConfig, initial_parameters};
use crate::reference::{AdamW, Targets};
use crate::train::{Sequence, pack};
use burn::tensor::Device;
use pollster::block_on;

fn config() -> LlamaConfig {
    LlamaConfig {
        num_attention_heads: 2,
        ..LlamaConfig::sized(24, 32, 32, 1)
    }
}

fn sequences(seed: u32) -> Vec<Sequence> {
    let token = |i: u32| 4 + (seed * 31 + i * 7) % 20;
    (0..3)
        .map(|i| Sequence {
            prompt: vec![token(i), token(i + 1)],
            answer: (0..=i).map(|j| token(i + j + 5)).collect(),
        })
        .collect()
}

/// A trainer on these members, and one step of it.
fn step(trainer: &mut Trainer, members: &[Vec<Sequence>], rate: f64) -> Vec<f32> {
    let members: Vec<Vec<&Sequence>> = members.iter().map(|member| member.iter().collect()).collect();
    let batch = pack(&members, Some(8), Some(12));
    let targets = Targets::hard(&batch.labels, &batch.weights, members.len(), 24, &Device::flex());
    block_on(read(trainer.step(
        &batch.tokens,
        batch.length,
        Some(&batch.rows),
        &targets,
        rate,
    )))
    .unwrap()
}

fn trainer(seeds: &[u64]) -> Trainer {
    let weights: Vec<f32> = seeds
        .iter()
        .flat_map(|&seed| initial_parameters(&config(), seed))
        .collect();
    Trainer::new(&config(), &weights, AdamWConfig::default(), &Device::flex())
}

/// NaN if any is: `f32::max` would pass over it.
fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |a, b| if a.is_nan() || b.is_nan() { f32::NAN } else { a.max(b) })
}

#[test]
fn a_population_of_three_equals_three_separate_runs() {
    let data: Vec<Vec<Sequence>> = (0..3).map(sequences).collect();
    let mut together = trainer(&[1, 2, 3]);
    let mut apart = [1, 2, 3].map(|seed| trainer(&[seed]));
    for _ in 0..10 {
        let losses = step(&mut together, &data, 1e-2);
        for (i, alone) in apart.iter_mut().enumerate() {
            let loss = step(alone, &data[i..=i], 1e-2)[0];
            assert!((loss - losses[i]).abs() < 1e-4, "member {i}: {loss} for {}", losses[i]);
        }
    }
    let all = block_on(together.weights()).unwrap();
    for (i, alone) in apart.iter().enumerate() {
        let alone = block_on(alone.weights()).unwrap();
        assert!(
            worst(&alone, &all[i * alone.len()..][..alone.len()]) < 1e-4,
            "member {i}"
        );
    }
}

#[test]
fn the_gradient_equals_finite_differences() {
    let data = [sequences(1)];
    let batch = pack(&[data[0].iter().collect()], None, None);
    let targets = Targets::hard(&batch.labels, &batch.weights, 1, 24, &Device::flex());
    let weights = initial_parameters(&config(), 1);
    let at = |weights: &[f32]| {
        let trainer = Trainer::new(&config(), weights, AdamWConfig::default(), &Device::flex());
        let (loss, gradient) = trainer.gradient(&batch.tokens, batch.length, Some(&batch.rows), &targets);
        (block_on(read(loss)).unwrap()[0], block_on(read(gradient)).unwrap())
    };
    let (_, gradient) = at(&weights);
    let scale = gradient.iter().map(|g| g.abs()).fold(0.0, f32::max);
    let mut offset = 0;
    for (name, shape) in config().parameters() {
        let count: usize = shape.iter().product();
        // The largest entry of each tensor: differences of the smallest drown in rounding.
        let i = (offset..offset + count)
            .max_by(|&a, &b| gradient[a].abs().total_cmp(&gradient[b].abs()))
            .unwrap();
        let shifted = |by: f32| {
            let mut moved = weights.clone();
            moved[i] += by;
            at(&moved).0
        };
        let difference = (shifted(5e-3) - shifted(-5e-3)) / 1e-2;
        assert!(
            (gradient[i] - difference).abs() < 0.02 * scale,
            "{name}: {} for {difference}",
            gradient[i]
        );
        offset += count;
    }
}

#[test]
fn one_update_is_the_papers() {
    let device = Device::flex();
    let settings = AdamWConfig {
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
        weight_decay: 0.1,
        clip: Some(1.0),
    };
    let mut optimizer = AdamW::new(settings, 1, 2, &device);
    let tensor = |values: [f32; 2]| burn::tensor::Tensor::<2>::from_floats([values], &device);
    // A gradient of norm 5 is clipped to (0.6, -0.8).
    let after = block_on(read(optimizer.update(tensor([1.0, 2.0]), tensor([3.0, -4.0]), 0.01))).unwrap();
    // First update: m/(1-b1) = g and sqrt(v/(1-b2)) = |g|, so the step is the sign of g.
    assert!(
        worst(&after, &[1.0 * 0.999 - 0.01, 2.0 * 0.999 + 0.01]) < 1e-6,
        "{after:?}"
    );
    let after = block_on(read(optimizer.update(tensor([1.0, 2.0]), tensor([0.0, 0.0]), 0.01))).unwrap();
    let first = 0.9 * 0.06 / 0.19 / ((0.99_f64 * 0.0036 / 0.0199).sqrt() + 1e-8);
    assert!((f64::from(after[0]) - (0.999 - 0.01 * first)).abs() < 1e-6, "{after:?}");
}

#[test]
fn a_member_that_is_not_finite_does_not_harm_the_others() {
    let mut weights: Vec<f32> = [1, 2]
        .iter()
        .flat_map(|&seed| initial_parameters(&config(), seed))
        .collect();
    let half = weights.len() / 2;
    weights[..half].fill(f32::NAN);
    let mut both = Trainer::new(&config(), &weights, AdamWConfig::default(), &Device::flex());
    let data: Vec<Vec<Sequence>> = (0..2).map(sequences).collect();
    let losses = (0..3).map(|_| step(&mut both, &data, 1e-2)).last().unwrap();
    assert!(losses[0].is_nan());
    let mut alone = trainer(&[2]);
    let expected = (0..3).map(|_| step(&mut alone, &data[1..], 1e-2)).last().unwrap();
    assert!((losses[1] - expected[0]).abs() < 1e-4);
}

#[test]
fn training_goes_on_from_a_snapshot_as_if_it_had_not_stopped() {
    let data = [sequences(1)];
    let mut whole = trainer(&[1]);
    step(&mut whole, &data, 1e-2);
    let text = serde_json::to_string(&block_on(whole.snapshot()).unwrap()).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut resumed = Trainer::restore(&config(), &snapshot, AdamWConfig::default(), &Device::flex());
    assert_eq!(step(&mut whole, &data, 1e-2), step(&mut resumed, &data, 1e-2));
    assert_eq!(block_on(whole.weights()).unwrap(), block_on(resumed.weights()).unwrap());
}
