//! Measuring models on held-out prompts: exact accuracy, the stories' likelihood, closeness to the teacher.
//!
//! Nothing is generated here. Greedy decoding gives the true answer exactly if, with the true answer before it, the most
//! likely token is the true one at every position including the end, so one forward pass decides (a test holds the two
//! together). Closeness to the teacher is measured at the same positions.

mod items;
mod measure;

pub(crate) use items::sequence;
pub use items::{Items, held_out};
pub use measure::{Reference, Tally, measure, reference};

#[cfg(test)]
mod tests;
