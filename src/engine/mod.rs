//! What computes: the fused plans, or burn as the reference that they are checked against. One face for all of them; numbers go
//! in and come out on the host, so that nothing above knows which it is.

// Only the page has workers; what needs none of them is tested natively.
#[cfg(any(target_arch = "wasm32", test))]
pub mod crew;
mod generate;
mod learner;
mod models;

pub(crate) use generate::argmax;
pub use generate::{Decoding, Generated, generate};
pub use learner::Learner;
pub use models::{Decoder, Models};

/// Where models live and train.
#[derive(Clone, Debug)]
pub enum Engine {
    /// burn, on any of its devices: the reference, and what is left where a plan fails its self-test.
    #[cfg(feature = "reference")]
    Burn(burn::tensor::Device),
    /// The fused plan on one thread of the processor.
    Cpu,
    /// The same on several: a population in training is spread over the hands of a crew, and all else is done by this thread.
    #[cfg(target_arch = "wasm32")]
    Crew(std::rc::Rc<crew::Crew>),
    /// The fused plan on the GPU.
    #[cfg(target_arch = "wasm32")]
    Gpu(crate::plan::gpu::Gpu),
}

impl Engine {
    /// Whether a population of this shape can be trained here.
    ///
    /// # Errors
    ///
    /// What does not fit, and what would.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        expect(unused_variables, reason = "only a GPU has such limits")
    )]
    pub fn fits(&self, shape: &crate::plan::Shape) -> Result<(), String> {
        match self {
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(gpu) => crate::plan::gpu::fits(gpu, shape),
            _ => Ok(()),
        }
    }
}

/// The device stopped working.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the device failed: {0}")]
pub struct Failure(pub String);

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self(error)
    }
}

#[cfg(feature = "reference")]
impl From<burn::tensor::ExecutionError> for Failure {
    fn from(error: burn::tensor::ExecutionError) -> Self {
        Self(format!("{error:?}"))
    }
}

#[cfg(test)]
mod tests;
