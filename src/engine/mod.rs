//! What computes: the fused plans, or burn as the reference that they are checked against. One face for all of them; numbers go
//! in and come out on the host, so that nothing above knows which it is.

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
}

impl Engine {
    /// `a: [n, k]` times `b: [k, m]`, `[n, m]`, by the product that the models use.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn matmul(&self, a: &[f32], b: &[f32], [n, k, m]: [usize; 3]) -> Result<Vec<f32>, Failure> {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(device) => {
                use burn::tensor::{Tensor, TensorData};
                let upload =
                    |values: &[f32], shape| Tensor::<2>::from_data(TensorData::new(values.to_vec(), shape), device);
                Ok(crate::reference::read(upload(a, [n, k]).matmul(upload(b, [k, m]))).await?)
            }
            Self::Cpu => Ok(crate::plan::cpu::product(a, b, [n, k, m])),
        }
    }
}

/// The device stopped working.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the device failed: {0}")]
pub struct Failure(pub String);

#[cfg(feature = "reference")]
impl From<burn::tensor::ExecutionError> for Failure {
    fn from(error: burn::tensor::ExecutionError) -> Self {
        Self(format!("{error:?}"))
    }
}

#[cfg(test)]
mod tests;
