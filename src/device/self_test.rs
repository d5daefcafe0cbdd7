//! A cheap self-test: on the web a shader that does not compile is only logged, and its kernel silently does nothing.

use super::{DeviceError, golden};
use crate::engine::{Engine, Failure, Learner, Models};
use crate::model::{LlamaConfig, initial_parameters, replicate};
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};
use crate::protocol::SelfTest;
use crate::train::{Batch, Sequence, pack};
use std::rc::Rc;

/// Largest error that passes, relative to the reference's largest value. Honest devices differ by the order of their sums:
/// around 1e-6.
pub const TOLERANCE: f64 = 1e-3;

/// Compares a matrix product with sums made one by one, and the losses and gradient of a tiny model with those that burn
/// computed for the same numbers (a test holds the two together). `now`: milliseconds.
///
/// # Errors
///
/// When the device fails, or differs by more than [`TOLERANCE`].
pub async fn self_test(engine: &Engine, now: &dyn Fn() -> f64) -> Result<SelfTest, DeviceError> {
    let start = now();
    let matmul = matmul_error(engine).await?;
    let (losses, sums) = fingerprint(engine).await?;
    let gradient = fingerprint_error(&losses, &sums);
    if !passes(matmul) || !passes(gradient) {
        return Err(DeviceError::Wrong { matmul, gradient });
    }
    Ok(SelfTest {
        matmul_error: matmul,
        gradient_error: gradient,
        milliseconds: now() - start,
    })
}

/// How far losses and sums are from the golden ones, each sum relative to the size of what it is a sum of.
pub(super) fn fingerprint_error(losses: &[f32], sums: &[[f32; 2]]) -> f64 {
    let errors = sums.iter().zip(&golden::GRADIENT_SUMS).map(|(sum, expected)| {
        let error = f64::from(sum[0] - expected[0])
            .abs()
            .max(f64::from(sum[1] - expected[1]).abs());
        error / f64::from(expected[1])
    });
    let worst = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
    errors.fold(relative_error(losses, &golden::LOSSES), worst)
}

/// Losses of the tiny model, and two sums over each tensor of its gradient in which every number has its own weight: plain,
/// and of sizes.
pub(super) async fn fingerprint(engine: &Engine) -> Result<(Vec<f32>, Vec<[f32; 2]>), Failure> {
    let mut tiny = Tiny::new(engine).await?;
    let (losses, gradient) = tiny.gradient().await?;
    let sizes: Vec<usize> = tiny_config()
        .parameters()
        .iter()
        .map(|(_, shape)| shape.iter().product())
        .collect();
    let mut numbers = gradient.iter().enumerate();
    let mut sums = Vec::new();
    for _ in 0..2 {
        for &size in &sizes {
            let weighted = numbers
                .by_ref()
                .take(size)
                .map(|(i, &x)| f64::from(x) * f64::from(number(i)));
            let (sum, size) = weighted.fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()));
            sums.push([sum as f32, size as f32]);
        }
    }
    Ok((losses, sums))
}

/// Fixed numbers between -1 and 1 without a pattern that a kernel could share.
fn number(i: usize) -> f32 {
    ((i as u64 * 2_654_435_761) % 1_000) as f32 / 500.0 - 1.0
}

fn tiny_config() -> LlamaConfig {
    LlamaConfig {
        num_attention_heads: 2,
        ..LlamaConfig::sized(32, 32, 32, 1)
    }
}

/// Whether an error is small enough; NaN is not.
pub(crate) fn passes(error: f64) -> bool {
    (0.0..=TOLERANCE).contains(&error)
}

/// Largest difference by the reference's largest value; NaN if any value is.
pub(crate) fn relative_error(values: &[f32], reference: &[f32]) -> f64 {
    let largest = |numbers: &mut dyn Iterator<Item = f64>| {
        numbers.fold(
            0.0,
            |a: f64, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) },
        )
    };
    let difference = largest(&mut values.iter().zip(reference).map(|(a, b)| f64::from(a - b).abs()));
    let scale = largest(&mut reference.iter().map(|x| f64::from(x.abs())));
    if values.len() == reference.len() {
        difference / scale
    } else {
        f64::NAN
    }
}

/// A model whose one layer is all zeros and whose embeddings are signs multiplies them by its head: its logits are a matrix
/// product.
async fn matmul_error(engine: &Engine) -> Result<f64, Failure> {
    // No tile divides the number of rows.
    let (n, k, m) = (37, 32, 44);
    let config = LlamaConfig {
        num_attention_heads: 2,
        ..LlamaConfig::sized(m, k, 8, 1)
    };
    let signs: Vec<f32> = (0..m * k).map(|i| number(i).signum()).collect();
    let head: Vec<f32> = (0..k * m).map(|i| number(i + 7)).collect();
    let layer = config.parameter_count() - (m + 1 + m) * k;
    let weights = [signs.as_slice(), &vec![0.0; layer], &vec![1.0; k], &head].concat();
    let tokens: Vec<u32> = (0..n as u32).collect();
    let logits = Models::new(&config, &weights, engine)
        .await?
        .logits_at(&tokens, n, &tokens)
        .await?;
    let scale = (1.0 + config.rms_norm_eps).sqrt();
    let product = |row: usize, column: usize| {
        let sum: f64 = (0..k)
            .map(|i| f64::from(signs[row * k + i]) * f64::from(head[i * m + column]))
            .sum();
        (sum / scale) as f32
    };
    let expected: Vec<f32> = (0..n * m).map(|i| product(i / m, i % m)).collect();
    Ok(relative_error(&logits, &expected))
}

/// Two members of a tiny model with a batch to learn: what engines are compared on.
pub(super) struct Tiny {
    learner: Learner,
    batch: Batch,
}

impl Tiny {
    pub async fn new(engine: &Engine) -> Result<Self, Failure> {
        let config = tiny_config();
        let weights = replicate(&initial_parameters(&config, 1), 2);
        let sequence = |start: u32| Sequence {
            prompt: vec![start, start + 1, start + 2],
            answer: vec![start + 3, start + 4],
        };
        let (first, second) = (sequence(5), sequence(11));
        let batch = pack(&[vec![&first, &second], vec![&second, &first]], None, None);
        let shape = Shape {
            population: 2,
            sequences: 2,
            length: batch.length,
            rows: batch.rows_per_member,
            config,
        };
        // The second member has all the terms of the loss.
        let mixture = Mixture {
            temperature: vec![1.0, 2.0],
            hard_weight: vec![0.0, 0.25],
        };
        let table = Rc::new(TargetTable::new(shape.config.vocab_size));
        let learner = Learner::new(engine, shape, &weights, AdamWConfig::default(), mixture, &table).await?;
        Ok(Self { learner, batch })
    }

    fn input(batch: &Batch, rate: f64) -> StepInput<'_> {
        StepInput {
            tokens: &batch.tokens,
            rows: &batch.rows,
            targets: &batch.labels,
            labels: &batch.labels,
            weights: &batch.weights,
            rate,
        }
    }

    /// Losses and gradients.
    pub async fn gradient(&mut self) -> Result<(Vec<f32>, Vec<f32>), Failure> {
        self.learner.gradient(&Self::input(&self.batch, 0.0)).await
    }

    /// One update; the losses before it.
    pub async fn step(&mut self, rate: f64) -> Result<Vec<f32>, Failure> {
        self.learner.step(&Self::input(&self.batch, rate))?;
        self.learner.losses().await
    }
}
