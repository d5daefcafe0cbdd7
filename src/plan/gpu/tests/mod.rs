//! What can be told of the kernels without a device. What they compute is compared on a page, by `check`.

mod layout;
mod order;
mod twins;
mod wgsl;
