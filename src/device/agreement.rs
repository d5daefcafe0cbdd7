//! A longer comparison of two engines than the self-test: whole training steps.

use super::self_test::{Tiny, relative_error};
use super::{DeviceError, reference};
use crate::engine::Engine;
use crate::protocol::Agreement;

/// Trains the same tiny population on `engine` and on the reference, and compares losses and gradients at every step.
///
/// # Errors
///
/// When a device fails.
pub async fn agreement(engine: &Engine, steps: u32) -> Result<Agreement, DeviceError> {
    let (mut here, mut there) = (Tiny::new(engine).await?, Tiny::new(&reference()).await?);
    let mut result = Agreement {
        steps,
        loss_error: 0.0,
        gradient_error: 0.0,
        first_loss: 0.0,
        last_loss: 0.0,
    };
    for step in 0..steps {
        let (gradient, expected) = (here.gradient().await?.1, there.gradient().await?.1);
        let (loss, expected_loss) = (here.step(1e-2).await?, there.step(1e-2).await?);
        result.gradient_error = worse(result.gradient_error, relative_error(&gradient, &expected));
        result.loss_error = worse(result.loss_error, relative_error(&loss, &expected_loss));
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
