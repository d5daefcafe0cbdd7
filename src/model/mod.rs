//! Llama (Touvron et al. 2023, arXiv 2302.13971) on burn, with a leading `population` dimension on every trainable tensor:
//! all members advance in the same kernels. A population of one is the ordinary case.

mod card;
mod config;
mod generate;
pub mod hub;
mod init;
mod llama;

pub use card::{ModelCard, sha256};
pub use config::LlamaConfig;
pub(crate) use generate::argmax;
pub use generate::{Decoding, Generated, generate};
pub use init::{initial_parameters, replicate};
pub(crate) use llama::split_flat;
pub use llama::{Cache, Llama};

#[cfg(test)]
mod tests;
