//! Choice of device, and proof that it computes what the CPU reference computes.

mod agreement;
mod golden;
mod self_test;

pub use agreement::agreement;
pub use self_test::self_test;

use crate::engine::{Engine, Failure};

/// Why a device cannot be used: the sentence that the visitor reads.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("WebGPU could not be started: {0}")]
    Start(String),
    #[error("this module has no burn in it")]
    NoReference,
    #[error("the device failed: {0}")]
    Failed(String),
    #[error(
        "the device computes wrongly: a matrix product is off by {matmul:.1e} and a gradient by {gradient:.1e} of its largest value"
    )]
    Wrong { matmul: f64, gradient: f64 },
}

impl From<Failure> for DeviceError {
    fn from(Failure(error): Failure) -> Self {
        Self::Failed(error)
    }
}

/// The processor: fused loops with SIMD, one thread.
pub fn cpu() -> Engine {
    Engine::Cpu
}

/// burn on the processor: what the others are held against.
#[cfg(feature = "reference")]
pub fn reference() -> Engine {
    Engine::Burn(burn::tensor::Device::flex())
}

/// Where burn is not part of the build, what was held against it.
#[cfg(not(feature = "reference"))]
pub fn reference() -> Engine {
    Engine::Cpu
}

/// The GPU through WebGPU: fused kernels. `progress` is told how many of how many kernels are compiled.
///
/// # Errors
///
/// When there is no WebGPU, no adapter, or the adapter gives no device.
#[cfg(target_arch = "wasm32")]
pub async fn webgpu(progress: crate::plan::gpu::Progress) -> Result<Engine, DeviceError> {
    let start = |error: String| DeviceError::Start(error);
    let adapter = wgpu::Instance::default()
        .request_adapter(&wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        })
        .await
        .map_err(|error| start(error.to_string()))?;
    // All that the adapter has: large populations need large buffers.
    let limits = adapter.limits();
    let descriptor = wgpu::DeviceDescriptor {
        required_limits: limits,
        ..Default::default()
    };
    let (device, queue) = adapter
        .request_device(&descriptor)
        .await
        .map_err(|error| start(error.to_string()))?;
    Ok(Engine::Gpu(crate::plan::gpu::Gpu::new(device, queue, progress)))
}

/// The GPU through WebGPU, by burn. It accepts one initialisation, so later calls get the device of the first.
///
/// # Errors
///
/// When there is no WebGPU, no adapter, or the adapter gives no device; or where burn is not part of the build.
#[cfg(all(feature = "reference", target_arch = "wasm32"))]
pub async fn plain_webgpu() -> Result<Engine, DeviceError> {
    use burn::tensor::Device;
    use std::cell::OnceCell;
    thread_local!(static DEVICE: OnceCell<Device> = const { OnceCell::new() });
    if let Some(device) = DEVICE.with(|cell| cell.get().cloned()) {
        return Ok(Engine::Burn(device));
    }
    let device = Device::wgpu_options()
        .init_async()
        .await
        .map_err(|error| DeviceError::Start(error.to_string()))?;
    Ok(Engine::Burn(DEVICE.with(|cell| cell.get_or_init(|| device).clone())))
}

/// # Errors
///
/// Always: this build has no burn.
#[cfg(all(not(feature = "reference"), target_arch = "wasm32"))]
pub async fn plain_webgpu() -> Result<Engine, DeviceError> {
    Err(DeviceError::NoReference)
}

#[cfg(test)]
mod tests;
