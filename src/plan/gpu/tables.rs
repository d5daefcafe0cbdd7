//! The records that weight_gradient.wgsl and reduce.wgsl work through; they go into the constants.

use bytemuck::{Pod, Zeroable};

use super::forward::Places;
use super::layout::{Sizes, Weights};
use super::scratch::{BLOCK, Scratch};

/// Marks what a job does not have: `NONE` of weight_gradient.wgsl.
const NONE: u32 = u32::MAX;

/// One product of weight_gradient.wgsl, `dW = x^T dY`: four vec4s.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub(super) struct Job {
    /// The first of its workgroups.
    pub first: u32,
    /// Tiles side by side.
    pub across: u32,
    pub tiles: u32,
    /// Rows of a member.
    pub rows: u32,
    /// Place in the arena, and vec4s of a row.
    pub x: [u32; 2],
    /// Likewise.
    pub dy: [u32; 2],
    /// 1/rms of each row of x, or [`NONE`]: there is no norm.
    pub inverse: u32,
    pub gain: u32,
    /// W and dW in a member's parameters.
    pub weight: u32,
    /// In `given`: which rows of the arena x has, or [`NONE`]: one after the other.
    pub list: u32,
    /// In the arena: this job's shares of the gain's gradient.
    pub shares: u32,
    pub spare: [u32; 3],
}

/// What one workgroup of reduce.wgsl adds up: two vec4s.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub(super) struct Block {
    /// In a member's parameters.
    pub first: u32,
    /// Vec4s.
    pub count: u32,
    /// One of the constants below.
    pub kind: u32,
    pub spare: u32,
    /// In the arena: the shares of a gain's gradient, `[p, parts, width]`.
    pub shares: u32,
    pub parts: u32,
    pub width: u32,
    pub spare_too: u32,
}

impl Block {
    /// Adds the parts of a projection's gradient.
    pub const PROJECTION: u32 = 0;
    /// Adds the shares of a gain's gradient.
    pub const GAIN: u32 = 1;
    /// Adds the stream's gradient over a token's positions.
    pub const EMBEDDING: u32 = 2;
}

#[derive(Debug, Default)]
pub(super) struct Tables {
    pub jobs: Vec<Job>,
    /// Workgroups of all jobs.
    pub groups: u32,
    pub blocks: Vec<Block>,
}

impl Tables {
    pub fn new(places: &Places<'_>, scratch: &Scratch) -> Self {
        let (sizes, at) = (places.sizes, places.activations);
        let (d, f, v) = (sizes.d, sizes.f, sizes.v);
        let mut tables = Self::default();
        for (i, layer) in places.weights.layers.iter().enumerate() {
            let plain = Job {
                rows: sizes.rows,
                x: [at.attended[i], d],
                dy: [scratch.stream[2 * i + 1], d],
                inverse: NONE,
                weight: layer.out,
                list: NONE,
                ..Job::default()
            };
            tables.job(Job {
                x: [at.stream[2 * i], d],
                dy: [at.qkv[i + 1], 3 * d],
                inverse: at.inverse[2 * i],
                gain: layer.attention_norm,
                weight: layer.qkv,
                shares: scratch.shares[2 * i],
                ..plain
            });
            tables.job(Job {
                x: [at.stream[2 * i + 1], d],
                dy: [at.gate_up[i], 2 * f],
                inverse: at.inverse[2 * i + 1],
                gain: layer.mlp_norm,
                weight: layer.gate_up,
                shares: scratch.shares[2 * i + 1],
                ..plain
            });
            tables.job(Job {
                x: [at.gated[i], f],
                dy: [scratch.stream[2 * i + 2], d],
                weight: layer.down,
                ..plain
            });
            tables.job(plain);
        }
        tables.job(Job {
            rows: sizes.looked_rows,
            x: [at.stream[2 * places.weights.layers.len()], d],
            dy: [at.logits, v],
            inverse: at.head_inverse,
            gain: places.weights.norm,
            weight: places.weights.head,
            list: places.given.rows,
            shares: scratch.shares[2 * places.weights.layers.len()],
            ..Job::default()
        });
        tables.fill_blocks(sizes, places.weights, scratch);
        tables
    }

    /// Adds a job behind the others: its workgroups are counted here.
    fn job(&mut self, job: Job) {
        // Side by side, in fours.
        let across = job.dy[1].div_ceil(8) * 4;
        let tiles = across * job.x[1].div_ceil(2);
        self.jobs.push(Job {
            first: self.groups,
            across,
            tiles,
            ..job
        });
        self.groups += tiles.div_ceil(64);
    }

    fn blocks(&mut self, first: u32, size: u32, kind: u32) {
        for start in (0..size).step_by(BLOCK as usize) {
            self.blocks.push(Block {
                first: first + start,
                count: BLOCK.min(size - start),
                kind,
                ..Block::default()
            });
        }
    }

    fn gain_block(&mut self, first: u32, sizes: &Sizes, shares: u32, parts: u32) {
        self.blocks.push(Block {
            first,
            count: sizes.d,
            kind: Block::GAIN,
            shares,
            parts,
            width: sizes.d,
            ..Block::default()
        });
    }

    fn fill_blocks(&mut self, sizes: &Sizes, weights: &Weights, scratch: &Scratch) {
        let (d, f, v) = (sizes.d, sizes.f, sizes.v);
        // The longest sums first, so that they do not begin when everything else is done.
        for (i, layer) in weights.layers.iter().enumerate() {
            let parts = scratch.splits * (3 * d).div_ceil(2);
            self.gain_block(layer.attention_norm, sizes, scratch.shares[2 * i], parts);
            let parts = scratch.splits * f;
            self.gain_block(layer.mlp_norm, sizes, scratch.shares[2 * i + 1], parts);
        }
        let parts = scratch.splits * v.div_ceil(2);
        self.gain_block(weights.norm, sizes, scratch.shares[2 * weights.layers.len()], parts);
        self.blocks(0, 4 * v * d, Block::EMBEDDING);
        for layer in &weights.layers {
            self.blocks(layer.qkv, 12 * d * d, Block::PROJECTION);
            self.blocks(layer.out, 4 * d * d, Block::PROJECTION);
            self.blocks(layer.gate_up, 8 * d * f, Block::PROJECTION);
            self.blocks(layer.down, 4 * f * d, Block::PROJECTION);
        }
        self.blocks(weights.head, 4 * d * v, Block::PROJECTION);
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::{Activations, Arena, Given};
    use super::super::scratch::blocks;
    use super::*;
    use crate::model::LlamaConfig;
    use crate::plan::Shape;
    use proptest::prelude::*;

    /// The tables of a small shape, its sizes, and how many parts its sums have.
    fn tables([population, v, heads, f, layers]: [usize; 5]) -> (Tables, Sizes) {
        let mut config = LlamaConfig::sized(4 * v, 8 * heads, 4 * f, layers);
        config.num_attention_heads = heads;
        let shape = Shape {
            config,
            population,
            sequences: 2,
            length: 5,
            rows: 7,
        };
        let sizes = Sizes::new(&shape).unwrap();
        let mut arena = Arena::default();
        let activations = Activations::new(&sizes, &mut arena, true);
        let scratch = Scratch::new(&sizes, &mut arena);
        let places = Places {
            sizes: &sizes,
            weights: &Weights::new(&shape.config),
            activations: &activations,
            given: &Given::new(&sizes, true),
            rotary: 0,
            cache: None,
        };
        (Tables::new(&places, &scratch), sizes)
    }

    prop_compose! {
        fn any_shape()(
            population in 1usize..5,
            v in 1usize..100,
            heads in 1usize..6,
            f in 1usize..60,
            layers in 1usize..4,
        ) -> [usize; 5] {
            [population, v, heads, f, layers]
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_parameter_is_in_one_block(shape in any_shape()) {
            let (tables, sizes) = tables(shape);
            let mut found = tables.blocks.clone();
            found.sort_by_key(|block| block.first);
            let mut next = 0;
            for block in &found {
                prop_assert_eq!(block.first, next);
                prop_assert!(block.count > 0);
                next += block.count;
            }
            prop_assert_eq!(next, sizes.parameters);
            // What `Scratch` has room for.
            prop_assert_eq!(found.len(), blocks(&sizes) as usize);
        }

        #[test]
        fn jobs_are_all_projections_and_their_workgroups_follow_each_other(shape in any_shape()) {
            let (tables, sizes) = tables(shape);
            let mut next = 0;
            for job in &tables.jobs {
                prop_assert_eq!(job.first, next);
                // Every pair of columns and every pair of rows of dW has a tile.
                prop_assert!(2 * job.across >= job.dy[1] && job.across.is_multiple_of(4));
                prop_assert_eq!(job.tiles, job.across * job.x[1].div_ceil(2));
                next += job.tiles.div_ceil(64);
            }
            prop_assert_eq!(next, tables.groups);
            // dW of all of them, gains and the embedding are all parameters.
            let products: u32 = tables.jobs.iter().map(|job| 4 * job.x[1] * job.dy[1]).sum();
            let others = (2 * sizes.layers + 1) * sizes.d + 4 * sizes.v * sizes.d;
            prop_assert_eq!(products + others, sizes.parameters);
            let behind_norms = tables.jobs.iter().filter(|job| job.inverse != NONE).count();
            prop_assert_eq!(behind_norms, 2 * sizes.layers as usize + 1);
        }
    }
}
