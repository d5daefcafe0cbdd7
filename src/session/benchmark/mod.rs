//! The side-by-side benchmark: the same weights, batches and losses as in the other libraries, so that times compare; and
//! what else is worth knowing about speed on a device: generation, the limits of the hardware, where a step's time goes.

mod generation;
mod limits;
mod numbers;
mod profile;
#[cfg(feature = "reference")]
mod reference;
mod size;
mod training;
mod work;

pub use profile::profile;

use crate::engine::{Engine, Failure};
use crate::protocol::{BenchmarkOptions, BenchmarkWork};
use generation::Generation;
use limits::Limit;
use size::Size;
use training::Training;

/// Why a benchmark was refused.
#[derive(Debug, thiserror::Error)]
pub enum BenchmarkError {
    #[error("There is no benchmark size {0:?}; there are lesson, S and M.")]
    Size(String),
    #[error("There is no benchmark mode {0:?}; there are kd, lm, generate, recompute, matmul and copy.")]
    Mode(String),
    #[error("The benchmark's {name} must be from {least} to {most} in steps of {multiple}, and {value} is not.")]
    Option {
        name: &'static str,
        value: usize,
        least: usize,
        most: usize,
        multiple: usize,
    },
    #[cfg(feature = "reference")]
    #[error("The benchmark by burn is of one student.")]
    OneByBurn,
    #[error(transparent)]
    Device(#[from] Failure),
}

/// A benchmark that is pulled step by step.
pub struct Benchmark(Kind);

enum Kind {
    Training(Box<Training>),
    Generation(Generation),
    Limit(Limit),
}

/// Whether a training mode has a teacher.
fn mode_has_teacher(mode: &str) -> Result<bool, BenchmarkError> {
    match mode {
        "kd" => Ok(true),
        "lm" => Ok(false),
        other => Err(BenchmarkError::Mode(other.to_owned())),
    }
}

impl Benchmark {
    /// # Errors
    ///
    /// When the size or the mode does not exist, an option is out of range, or the device refuses.
    pub async fn new(options: &BenchmarkOptions, engine: &Engine) -> Result<Self, BenchmarkError> {
        let size = Size::new(options)?;
        let seed = options.seed.unwrap_or(1234);
        Ok(Self(match options.mode.as_str() {
            "generate" => Kind::Generation(Generation::new(size, true, seed, engine).await?),
            "recompute" => Kind::Generation(Generation::new(size, false, seed, engine).await?),
            "matmul" => Kind::Limit(Limit::new(false, engine).await?),
            "copy" => Kind::Limit(Limit::new(true, engine).await?),
            training => {
                let with_teacher = mode_has_teacher(training)?;
                Kind::Training(Box::new(Training::new(size, with_teacher, options, engine).await?))
            }
        }))
    }

    /// One step: of training, the mean cross-entropy before it, read back; of generation, the mean id of the tokens
    /// chosen; of a limit, any number that came out.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn step(&mut self) -> Result<f64, BenchmarkError> {
        Ok(match &mut self.0 {
            Kind::Training(training) => training.step().await?,
            Kind::Generation(generation) => generation.step().await?,
            Kind::Limit(limit) => limit.step().await?,
        })
    }

    /// The teacher's mean entropy on the fixed batch, nats; of training only.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn entropy(&mut self) -> Result<Option<f64>, BenchmarkError> {
        match &mut self.0 {
            Kind::Training(training) => Ok(training.entropy().await?),
            _ => Ok(None),
        }
    }

    /// What a step asks of the hardware.
    pub fn work(&self) -> BenchmarkWork {
        match &self.0 {
            Kind::Training(training) => training.work(),
            Kind::Generation(generation) => generation.work(),
            Kind::Limit(limit) => limit.work(),
        }
    }
}
