//! What computes, and proof that it does.

use super::Backend;
use serde::{Deserialize, Serialize};
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

message! {
    pub struct DeviceInfo {
        pub backend: Backend,
        /// What the browser calls the adapter, or the CPU tier's instruction set.
        pub adapter: String,
        /// Why this device: one sentence for the visitor, with what failed on the tiers above.
        pub reason: String,
        pub self_test: SelfTest,
    }
}

message! {
    /// How nearly the device computed a known matrix product and one gradient step like the CPU reference. One that is too far
    /// off is refused and has none of this.
    pub struct SelfTest {
        /// Largest error relative to the reference's largest value.
        pub matmul_error: f64,
        pub gradient_error: f64,
        pub milliseconds: f64,
    }
}

message! {
    /// Two devices over the same training steps: largest differences relative to the CPU's largest value.
    pub struct Agreement {
        pub steps: u32,
        pub loss_error: f64,
        pub gradient_error: f64,
        pub first_loss: f64,
        pub last_loss: f64,
    }
}
