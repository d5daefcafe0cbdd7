//! The reference: the same models, losses and updates as the fused plans, written plainly in burn. It is what the plans are held
//! against, what teachers are pretrained with, and what is left on a device where a plan fails its self-test.

mod adamw;
mod learner;
mod llama;
mod loss;
mod table;
mod trainer;

pub use adamw::AdamW;
pub use learner::Learner;
pub use llama::{Cache, Llama};
pub use loss::{HardTerm, Targets, loss};
pub use table::select;
pub use trainer::{Snapshot, Trainer};

use burn::tensor::{ExecutionError, Tensor};

/// A tensor's numbers on the host.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ExecutionError> {
    Ok(tensor
        .into_data_async()
        .await?
        .convert::<f32>()
        .try_into_vec()
        .expect("f32 was asked for"))
}

#[cfg(test)]
mod tests;
