//! The training step on WebGPU: one submission of about 50 dispatches, whatever the population.
//!
//! All activations live in one buffer, bound once together with weights, gradients and inputs; a dispatch is told by
//! 256 bytes of constants where to work. The host writes one buffer a step. Norms are part of the products around them,
//! forward and backward; gradients of all projections are one dispatch. A member's rows are padded to a multiple of 16
//! with zeros, so that matrix products need no edge. `wgsl/` holds one kernel a file, `forward` and `backward` the
//! order in which they run. No file imports one above it: `tests/order.rs` has them from the ground up.

// What is computed, where and in which order. None of it needs a device, and native tests see it, too.
mod backward;
mod bindings;
mod build;
mod call;
mod constants;
mod fits;
mod forward;
mod input;
mod layout;
mod limits;
mod optimizer;
mod program;
mod scratch;
mod sources;
mod tables;
mod targets;

// What needs a device.
#[cfg(target_arch = "wasm32")]
mod cache;
#[cfg(all(target_arch = "wasm32", feature = "check"))]
pub mod check;
#[cfg(target_arch = "wasm32")]
mod compile;
#[cfg(target_arch = "wasm32")]
mod decoder;
#[cfg(target_arch = "wasm32")]
mod device;
#[cfg(target_arch = "wasm32")]
mod inference;
#[cfg(target_arch = "wasm32")]
mod kernels;
#[cfg(target_arch = "wasm32")]
mod plan;
#[cfg(target_arch = "wasm32")]
mod probe;
#[cfg(target_arch = "wasm32")]
mod sequence;
#[cfg(target_arch = "wasm32")]
mod state;

#[cfg(test)]
mod tests;

#[cfg(target_arch = "wasm32")]
pub use self::{
    compile::Progress,
    decoder::GpuDecoder,
    device::Gpu,
    fits::fits,
    inference::GpuForward,
    plan::GpuPlan,
    probe::Probe,
    state::{Losses, Moments, Targets},
};
