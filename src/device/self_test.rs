//! A cheap self-test: on the web a shader that does not compile is only logged, and its kernel silently does nothing.

use super::{DeviceError, cpu};
use crate::model::{LlamaConfig, initial_parameters, replicate};
use crate::objective::Targets;
use crate::protocol::SelfTest;
use crate::train::{AdamWConfig, Batch, Sequence, Trainer, pack, read};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

/// Largest error that passes, relative to the reference's largest value. Honest devices differ by the order of their sums:
/// around 1e-6.
pub const TOLERANCE: f64 = 1e-3;

/// Compares a matrix product with sums made one by one, and the gradient of one training step of a tiny model with the
/// CPU's. `now`: milliseconds.
///
/// # Errors
///
/// When the device fails, or differs by more than [`TOLERANCE`].
pub async fn self_test(device: &Device, now: &dyn Fn() -> f64) -> Result<SelfTest, DeviceError> {
    let start = now();
    let matmul = matmul_error(device).await?;
    let (losses, gradient) = tiny_gradient(device).await?;
    let (reference_losses, reference) = tiny_gradient(&cpu()).await?;
    let gradient = relative_error(&gradient, &reference).max(relative_error(&losses, &reference_losses));
    if !passes(matmul) || !passes(gradient) {
        return Err(DeviceError::Wrong { matmul, gradient });
    }
    Ok(SelfTest {
        passed: true,
        matmul_error: matmul,
        gradient_error: gradient,
        milliseconds: now() - start,
    })
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

async fn matmul_error(device: &Device) -> Result<f64, ExecutionError> {
    // Sizes that no tile divides.
    let (n, k, m) = (37, 29, 43);
    let number = |i: usize| ((i * 2_654_435_761) % 1_000) as f32 / 500.0 - 1.0;
    let a: Vec<f32> = (0..n * k).map(number).collect();
    let b: Vec<f32> = (0..k * m).map(|i| number(i + 7)).collect();
    let product = |row: usize, column: usize| {
        (0..k)
            .map(|i| f64::from(a[row * k + i]) * f64::from(b[i * m + column]))
            .sum::<f64>()
    };
    let expected: Vec<f32> = (0..n * m).map(|i| product(i / m, i % m) as f32).collect();
    let left = Tensor::<2>::from_data(TensorData::new(a.clone(), [n, k]), device);
    let right = Tensor::<2>::from_data(TensorData::new(b.clone(), [k, m]), device);
    Ok(relative_error(&read(left.matmul(right)).await?, &expected))
}

/// Losses and gradients of two members of a tiny model.
async fn tiny_gradient(device: &Device) -> Result<(Vec<f32>, Vec<f32>), ExecutionError> {
    let tiny = Tiny::new(device);
    let (losses, gradient) = tiny.gradient();
    Ok((read(losses).await?, read(gradient).await?))
}

/// Two members of a tiny model with a batch to learn: what devices are compared on.
pub(super) struct Tiny {
    pub trainer: Trainer,
    batch: Batch,
    targets: Targets,
}

impl Tiny {
    pub fn new(device: &Device) -> Self {
        let config = LlamaConfig {
            num_attention_heads: 2,
            ..LlamaConfig::sized(32, 32, 32, 1)
        };
        let weights = replicate(&initial_parameters(&config, 1), 2);
        let trainer = Trainer::new(&config, &weights, AdamWConfig::default(), device);
        let sequence = |start: u32| Sequence {
            prompt: vec![start, start + 1, start + 2],
            answer: vec![start + 3, start + 4],
        };
        let (first, second) = (sequence(5), sequence(11));
        let batch = pack(&[vec![&first, &second], vec![&second, &first]], None, None);
        let targets = Targets::hard(&batch.labels, &batch.weights, 2, config.vocab_size, device);
        Self {
            trainer,
            batch,
            targets,
        }
    }

    pub fn gradient(&self) -> (Tensor<1>, Tensor<2>) {
        self.trainer.gradient(
            &self.batch.tokens,
            self.batch.length,
            Some(&self.batch.rows),
            &self.targets,
        )
    }

    pub fn step(&mut self, rate: f64) -> Tensor<1> {
        self.trainer.step(
            &self.batch.tokens,
            self.batch.length,
            Some(&self.batch.rows),
            &self.targets,
            rate,
        )
    }
}
