//! The side-by-side benchmark.

use super::Backend;
use serde::{Deserialize, Serialize};
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

message! {
    /// One of the sizes of the side-by-side benchmark; see the README.
    #[derive(Default)]
    pub struct BenchmarkOptions {
        pub size: String,
        /// Training: `kd` or `lm`. Generation, with a key-value cache or without: `generate` or `recompute`. Limits of the
        /// hardware: `matmul` or `copy`.
        pub mode: String,
        pub steps: u32,
        /// Students that train together.
        pub population: Option<u32>,
        /// In place of the named size's: the student's width and layers, sequences, words (the teacher's, too).
        pub width: Option<u32>,
        pub layers: Option<u32>,
        pub batch: Option<u32>,
        pub vocab: Option<u32>,
        pub seed: Option<u32>,
        pub fixed: Option<bool>,
        pub lr: Option<f64>,
        pub sanity: Option<bool>,
        pub backend: Option<Backend>,
    }
}

// Not a `message!`: the side-by-side benchmark fixes these names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct BenchmarkResult {
    pub first_ms: f64,
    pub times_ms: Vec<f64>,
    pub losses: Vec<f64>,
    /// The teacher's mean entropy on the fixed batch, in `sanity` runs.
    pub entropy: Option<f64>,
    pub device: String,
    pub work: BenchmarkWork,
    /// Step and bytes of WebAssembly's memory after it, now and then.
    pub memory: Vec<(f64, f64)>,
}

message! {
    /// What one step of a benchmark asks of the hardware, all members together.
    pub struct BenchmarkWork {
        pub flops: f64,
        /// Read and written, each tensor that is kept as often as it has to be.
        pub bytes: f64,
        pub parameters: f64,
        /// Trained on, or generated.
        pub tokens: f64,
    }
}

message! {
    /// Where the time of a training step goes.
    pub struct Profile {
        pub parts: Vec<ProfilePart>,
    }
}

message! {
    pub struct ProfilePart {
        pub name: String,
        /// Dispatches, on a GPU.
        pub count: u32,
        pub milliseconds: f64,
    }
}
