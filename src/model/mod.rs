//! What a Llama (Touvron et al. 2023, arXiv 2302.13971) is made of: its sizes, its parameters in one flat buffer, its files. A
//! population has a leading dimension on every trainable tensor; a population of one is the ordinary case.

mod card;
mod config;
mod forward;
pub mod hub;
mod init;

pub use card::{ModelCard, sha256};
pub use config::LlamaConfig;
pub use forward::{Forward, forward};
pub use init::{initial_parameters, replicate};

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
