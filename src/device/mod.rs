//! Choice of device, and proof that it computes what the CPU reference computes.

mod agreement;
mod self_test;

pub use agreement::agreement;
pub use self_test::self_test;

use burn::tensor::Device;

/// Why a device cannot be used: the sentence that the visitor reads.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("WebGPU could not be started: {0}")]
    Start(String),
    #[error("this build has no WebGPU")]
    NoWebgpu,
    #[error("the device failed: {0}")]
    Failed(String),
    #[error(
        "the device computes wrongly: a matrix product is off by {matmul:.1e} and a gradient by {gradient:.1e} of its largest value"
    )]
    Wrong { matmul: f64, gradient: f64 },
}

impl From<burn::tensor::ExecutionError> for DeviceError {
    fn from(error: burn::tensor::ExecutionError) -> Self {
        Self::Failed(format!("{error:?}"))
    }
}

/// The CPU: SIMD in wasm, all cores natively.
pub fn cpu() -> Device {
    Device::flex()
}

/// The GPU through WebGPU. burn accepts one initialisation, so later calls get the device of the first.
///
/// # Errors
///
/// When there is no WebGPU, no adapter, or the adapter gives no device.
#[cfg(target_arch = "wasm32")]
pub async fn webgpu() -> Result<Device, DeviceError> {
    use std::cell::OnceCell;
    thread_local!(static DEVICE: OnceCell<Device> = const { OnceCell::new() });
    if let Some(device) = DEVICE.with(|cell| cell.get().cloned()) {
        return Ok(device);
    }
    let device = Device::wgpu_options()
        .init_async()
        .await
        .map_err(|error| DeviceError::Start(error.to_string()))?;
    Ok(DEVICE.with(|cell| cell.get_or_init(|| device).clone()))
}

#[cfg(test)]
mod tests;
