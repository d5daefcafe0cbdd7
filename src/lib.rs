//! Stillroom: one language model copied into another, in the open.
//!
//! Layers, imports point down only: `session`, `experiment`, `eval`, `train`, `teacher`, `objective`, `model`, `tokenizer`,
//! `world`, `device`. The page ([`web`]) and the native command line run the same code.

pub mod device;
pub mod eval;
pub mod experiment;
pub mod model;
pub mod objective;
pub mod protocol;
pub mod rng;
pub mod session;
pub mod teacher;
pub mod tokenizer;
pub mod train;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod world;
