//! Measuring models on held-out prompts: exact accuracy, the stories' likelihood, closeness to the teacher.
//!
//! Nothing is generated here. Greedy decoding gives the true answer exactly if, with the true answer before it, the most
//! likely token is the true one at every position including the end, so one forward pass decides (a test holds the two
//! together). Closeness to the teacher is measured at the same positions.

mod measure;
mod probe;
pub mod stats;

pub use measure::{Reference, Tally, measure, reference};
pub(crate) use probe::sequence;
pub use probe::{Asked, Items, Probe, Reading, held_out};

#[cfg(test)]
mod tests;
