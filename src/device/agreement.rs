//! A longer comparison of two devices than the self-test: whole training steps.

use super::self_test::{Tiny, relative_error};
use super::{DeviceError, cpu};
use crate::protocol::Agreement;
use crate::train::read;
use burn::tensor::Device;

/// Trains the same tiny population on `device` and on the CPU, and compares losses and gradients at every step.
///
/// # Errors
///
/// When a device fails.
pub async fn agreement(device: &Device, steps: u32) -> Result<Agreement, DeviceError> {
    let (mut here, mut there) = (Tiny::new(device), Tiny::new(&cpu()));
    let mut result = Agreement {
        steps,
        loss_error: 0.0,
        gradient_error: 0.0,
        first_loss: 0.0,
        last_loss: 0.0,
    };
    for step in 0..steps {
        let (gradient, reference) = (read(here.gradient().1).await?, read(there.gradient().1).await?);
        let (loss, reference_loss) = (read(here.step(1e-2)).await?, read(there.step(1e-2)).await?);
        result.gradient_error = worse(result.gradient_error, relative_error(&gradient, &reference));
        result.loss_error = worse(result.loss_error, relative_error(&loss, &reference_loss));
        result.last_loss = f64::from(loss[0]);
        if step == 0 {
            result.first_loss = result.last_loss;
        }
    }
    Ok(result)
}

/// The larger; NaN if either is.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}
