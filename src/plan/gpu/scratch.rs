//! Where the backward pass keeps what only it needs.

use super::layout::{Arena, Sizes};

/// Vec4s of a projection's or the embedding's gradient that one workgroup adds up.
pub(super) const BLOCK: u32 = 256;

/// Regions of the arena that only the backward pass uses.
pub(super) struct Scratch {
    /// Loss and entropy of each looked-at row.
    pub row_losses: u32,
    /// Gradient of the residual stream, at each place where the stream itself is kept.
    pub stream: Vec<u32>,
    pub looked: u32,
    pub attended: u32,
    pub head_dots: u32,
    pub attention_dots: u32,
    pub mlp_dots: u32,
    pub squares: u32,
    pub factors: u32,
    /// Shares of the gain's gradient, one region per norm, the final one last.
    pub shares: Vec<u32>,
    /// Parts into which sums over rows are split.
    pub splits: u32,
}

impl Scratch {
    pub fn new(sizes: &Sizes, arena: &mut Arena) -> Self {
        let rows = sizes.all_rows();
        let splits = 16u32.div_ceil(sizes.population).clamp(1, 8);
        let mut shares = Vec::new();
        for _ in 0..sizes.layers {
            for across in [(3 * sizes.d).div_ceil(2), sizes.f] {
                shares.push(arena.take(sizes.population * splits * across * sizes.d));
            }
        }
        shares.push(arena.take(sizes.population * splits * sizes.v.div_ceil(2) * sizes.d));
        Self {
            row_losses: arena.take(sizes.all_looked()),
            stream: arena.take_each(2 * sizes.layers + 1, rows * sizes.d),
            looked: arena.take(sizes.all_looked() * sizes.d),
            attended: arena.take(rows * sizes.d),
            head_dots: arena.take(sizes.all_looked()),
            attention_dots: arena.take(rows * sizes.heads.div_ceil(4)),
            mlp_dots: arena.take(rows * mlp_dots(sizes)),
            squares: arena.take(sizes.population * blocks(sizes).div_ceil(4)),
            factors: arena.take(sizes.population),
            shares,
            splits,
        }
    }
}

/// Vec4s of a row of the shares of (gradient . value) over gate and up: a number per tile.
pub(super) fn mlp_dots(sizes: &Sizes) -> u32 {
    sizes.f.div_ceil(2).div_ceil(4)
}

/// Workgroups of reduce.wgsl for one member.
pub(super) fn blocks(sizes: &Sizes) -> u32 {
    let count = |size: u32| size.div_ceil(BLOCK);
    let (d, f, v) = (sizes.d, sizes.f, sizes.v);
    let layer = 2 + count(12 * d * d) + count(4 * d * d) + count(8 * d * f) + count(4 * f * d);
    2 * count(4 * v * d) + 1 + sizes.layers * layer
}
