//! The teacher behind an API. Students never touch its weights: they buy answers, at an access level, within a budget, and
//! a meter runs. What was bought is the transfer set.

mod api;
mod meter;
mod transfer;

pub use api::{Access, Api, ApiError, Purchase, Saying, Shown};
pub use meter::{Meter, bits_per_token};
pub use transfer::{Lesson, Lessons, Part};

#[cfg(test)]
mod tests;
