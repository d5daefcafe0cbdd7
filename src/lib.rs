//! Stillroom: one language model copied into another, in the open.
//!
//! Layers, imports point down only: `web`, `pretrain`, `bands`, `session`, `experiment`, `eval`, `teacher`, `device`, `engine`,
//! `reference`, `plan`, `train`, `objective`, `model`, `tokenizer`, `protocol`, `world`, `rng`. A test holds this list against
//! the code, and README, which says what each is for. The page and the native command line run the same code.

pub mod bands;
pub mod device;
pub mod engine;
pub mod eval;
pub mod experiment;
pub mod model;
pub mod objective;
pub mod plan;
#[cfg(all(feature = "reference", not(target_arch = "wasm32")))]
pub mod pretrain;
pub mod protocol;
#[cfg(feature = "reference")]
pub mod reference;
pub mod rng;
pub mod session;
pub mod teacher;
pub mod tokenizer;
pub mod train;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod world;

#[cfg(test)]
mod tests;
