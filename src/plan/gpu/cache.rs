//! What is made once for a shape, and kept.

use super::kernels::Kernels;
use super::layout::Sizes;
use super::sequence::Sequence;

/// Forward passes, and caches, that are kept for their shapes.
pub(super) const KEPT: usize = 6;

/// A forward pass of one shape with its own arena.
pub(super) struct Pass {
    pub sizes: Sizes,
    pub arena: wgpu::Buffer,
    /// Bytes of the logits in the arena: where, and how many.
    pub logits: (u64, u64),
    pub sequence: Sequence,
    pub given: wgpu::Buffer,
}

/// Rotated keys and values of all layers, `[layers, p, sequences, most, 2d]`.
pub(super) struct Cache {
    pub buffer: wgpu::Buffer,
    /// Positions that a sequence has room for.
    pub most: usize,
}

/// A cache with the passes that use it, each with the number of tokens that it reads of a sequence.
pub(super) struct Reading {
    /// Of a member.
    pub sequences: usize,
    pub cache: Cache,
    pub kernels: Kernels,
    pub passes: Vec<(usize, Pass)>,
}
