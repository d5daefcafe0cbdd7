//! What a step is made of: sequences packed into a batch, and the learning rate.

mod batch;
mod schedule;

pub use batch::{Batch, Sequence, pack};
pub use schedule::Schedule;

#[cfg(test)]
mod tests;
