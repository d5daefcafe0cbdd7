//! The training step on WebGPU: one submission of about 50 dispatches, whatever the population.
//!
//! All activations live in one buffer, bound once together with weights, gradients and inputs; a dispatch is told by
//! 256 bytes of constants where to work. The host writes one buffer a step. Norms are part of the products around them,
//! forward and backward; gradients of all projections are one dispatch. A member's rows are padded to a multiple of 16
//! with zeros, so that matrix products need no edge. `wgsl/` holds one kernel a file, `forward` and `backward` the
//! order in which they run.

mod backward;
mod build;
mod call;
mod compile;
mod constants;
mod decoder;
mod device;
mod forward;
mod input;
mod kernels;
mod layout;
mod limits;
mod optimizer;
mod plan;
mod probe;
mod scratch;
mod sequence;
mod state;
mod tables;

#[cfg(any(test, feature = "reference"))]
pub mod check;

pub use compile::Progress;
pub use decoder::GpuDecoder;
pub use device::Gpu;
pub use forward::GpuForward;
pub use limits::fits;
pub use plan::GpuPlan;
pub use probe::Probe;
pub use state::{Losses, Moments, Targets};
