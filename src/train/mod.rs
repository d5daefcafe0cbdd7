//! The population trainer: all members advance in the same kernels.

mod adamw;
mod batch;
mod schedule;
mod trainer;

#[cfg(not(target_arch = "wasm32"))]
pub mod pretrain;

pub use adamw::{AdamW, AdamWConfig};
pub use batch::{Batch, Sequence, pack};
pub use schedule::Schedule;
pub(crate) use trainer::read;
pub use trainer::{Snapshot, Trainer};

#[cfg(test)]
mod tests;
