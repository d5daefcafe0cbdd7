//! The contract between the page and the engine: plain data, no behaviour.
//!
//! The page sends [`Command`]s to the worker, the worker answers with [`Event`]s. TypeScript sees the same types:
//! `tsify` writes them into the declarations that `wasm-bindgen` generates.
//!
//! A number that was not measured, or that stopped being finite, is `None` (`null` in JSON), never `NaN`.

/// Derives what every message needs; on the web also its TypeScript type.
macro_rules! message {
    ($(#[$meta:meta])* $visibility:vis struct $($rest:tt)*) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(target_arch = "wasm32", derive(Tsify))]
        #[serde(rename_all = "camelCase")]
        $(#[$meta])* $visibility struct $($rest)*
    };
    ($(#[$meta:meta])* $visibility:vis enum $($rest:tt)*) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(target_arch = "wasm32", derive(Tsify))]
        $(#[$meta])* $visibility enum $($rest)*
    };
}

mod answers;
mod benchmark;
mod device;
mod inspect;
mod messages;
mod plan;
mod results;
mod settings;

pub use answers::*;
pub use benchmark::*;
pub use device::*;
pub use inspect::*;
pub use messages::*;
pub use plan::*;
pub use results::*;
pub use settings::*;
