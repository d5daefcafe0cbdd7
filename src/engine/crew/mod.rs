//! A population spread over several workers of the page, *hands*, which use several cores without shared memory: each trains and
//! asks some of the members with the loops of one thread, so that a run is the same to the last bit whatever their number.

mod hand;
#[cfg(target_arch = "wasm32")]
mod lead;
mod part;

pub use hand::{Hand, Post};
#[cfg(target_arch = "wasm32")]
pub use lead::{Crew, CrewDecoder, CrewModels, CrewPlan, Hands};
pub use part::StepPart;

#[cfg(test)]
mod tests;
