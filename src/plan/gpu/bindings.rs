//! The buffers that every kernel sees.

/// What a kernel may do with a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadWrite,
    Read,
    Uniform,
}

/// Names as in common.wgsl, in the order of their bindings in group 0.
pub const BINDINGS: [(&str, Access); 9] = [
    ("arena", Access::ReadWrite),
    ("weights", Access::ReadWrite),
    ("gradients", Access::ReadWrite),
    ("moments", Access::ReadWrite),
    ("given", Access::Read),
    ("table", Access::Read),
    ("constants", Access::Read),
    ("losses", Access::ReadWrite),
    ("call", Access::Uniform),
];
