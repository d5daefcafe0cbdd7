//! Loss, backward pass and update as dispatches.

use super::forward::Places;
use super::kernels::Kernel;
use super::layout::{Arena, Sizes, Weights};
use super::sequence::{Call, Program};

/// Marks what a job of weight_gradient.wgsl does not have.
const NONE: u32 = u32::MAX;

/// Vec4s of a projection's or the embedding's gradient that one workgroup adds up.
const BLOCK: u32 = 256;

/// Regions of the arena that only the backward pass uses.
pub(super) struct Scratch {
    /// Loss and entropy of each looked-at row.
    pub row_losses: u32,
    /// Gradient of the residual stream, at each place where the stream itself is kept.
    stream: Vec<u32>,
    looked: u32,
    attended: u32,
    head_dots: u32,
    attention_dots: u32,
    mlp_dots: u32,
    squares: u32,
    factors: u32,
    /// Shares of the gain's gradient, one region per norm, the final one last.
    shares: Vec<u32>,
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
fn mlp_dots(sizes: &Sizes) -> u32 {
    sizes.f.div_ceil(2).div_ceil(4)
}

/// Workgroups of reduce.wgsl for one member.
fn blocks(sizes: &Sizes) -> u32 {
    let count = |size: u32| size.div_ceil(BLOCK);
    let (d, f, v) = (sizes.d, sizes.f, sizes.v);
    let layer = 2 + count(12 * d * d) + count(4 * d * d) + count(8 * d * f) + count(4 * f * d);
    2 * count(4 * v * d) + 1 + sizes.layers * layer
}

/// Tables that the kernels look things up in; they go into the constants.
#[derive(Default)]
pub(super) struct Tables {
    /// Jobs of weight_gradient.wgsl.
    pub jobs: Vec<u32>,
    groups: u32,
    /// Blocks of reduce.wgsl.
    pub blocks: Vec<u32>,
}

/// One product of weight_gradient.wgsl.
struct Job {
    rows: u32,
    x: [u32; 2],
    dy: [u32; 2],
    inverse: u32,
    gain: u32,
    weight: u32,
    list: u32,
    shares: u32,
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
                gain: 0,
                weight: layer.out,
                list: NONE,
                shares: 0,
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
        });
        tables.fill_blocks(sizes, places.weights, scratch);
        tables
    }

    fn job(&mut self, job: Job) {
        // Side by side, in fours.
        let across = job.dy[1].div_ceil(8) * 4;
        let tiles = across * job.x[1].div_ceil(2);
        self.jobs.extend([self.groups, across, tiles, job.rows]);
        self.jobs.extend([job.x[0], job.x[1], job.dy[0], job.dy[1]]);
        self.jobs.extend([job.inverse, job.gain, job.weight, job.list]);
        self.jobs.extend([job.shares, 0, 0, 0]);
        self.groups += tiles.div_ceil(64);
    }

    /// `kind` as in reduce.wgsl.
    fn block(&mut self, first: u32, size: u32, kind: u32) {
        for start in (0..size).step_by(BLOCK as usize) {
            let count = BLOCK.min(size - start);
            self.blocks.extend([first + start, count, kind, 0, 0, 0, 0, 0]);
        }
    }

    fn gain_block(&mut self, first: u32, sizes: &Sizes, shares: u32, parts: u32) {
        self.blocks.extend([first, sizes.d, 1, 0, shares, parts, sizes.d, 0]);
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
        self.block(0, 4 * v * d, 2);
        for layer in &weights.layers {
            self.block(layer.qkv, 12 * d * d, 0);
            self.block(layer.out, 4 * d * d, 0);
            self.block(layer.gate_up, 8 * d * f, 0);
            self.block(layer.down, 4 * f * d, 0);
        }
        self.block(weights.head, 4 * d * v, 0);
    }
}

/// Where the constants of the loss and the update are.
#[derive(Default)]
pub(super) struct Constants {
    pub optimizer: u32,
    pub mixture: u32,
    pub jobs: u32,
    pub blocks: u32,
    /// The entropy of the targets is wanted.
    pub entropy: bool,
    /// In the table of targets: where the hidden bits begin, and how many words of them a row has, none where nothing is
    /// hidden.
    pub hidden: u32,
    pub hidden_words: u32,
}

/// Adds everything after the logits: 5 dispatches a layer and 7, of which the last is the update.
pub(super) fn backward(
    program: &mut Program,
    places: &Places<'_>,
    scratch: &Scratch,
    tables: &Tables,
    constants: &Constants,
) {
    let Places {
        sizes,
        weights,
        activations: at,
        given,
        ..
    } = places;
    let (d, f, population) = (sizes.d, sizes.f, sizes.population as usize);
    let common = places.call();
    let last = 2 * weights.layers.len();
    let loss = Call {
        rows: sizes.looked_rows,
        columns: sizes.v,
        slots: 4 * sizes.v,
        left: at.logits,
        out: scratch.row_losses,
        other: constants.mixture,
        dots: scratch.head_dots,
        list: given.targets,
        hidden: u32::from(constants.hidden_words > 0),
        entropy: u32::from(constants.entropy),
        items: constants.hidden,
        length: constants.hidden_words,
        ..common
    };
    program.push(Kernel::Loss, loss, [sizes.looked_rows as usize, population, 1]);
    let head = Call {
        rows: sizes.looked_rows,
        inner: sizes.v,
        columns: d,
        slots: d.div_ceil(2),
        weight: weights.head,
        gain: weights.norm,
        left: at.logits,
        out: scratch.looked,
        stream: at.stream[last],
        inverse: at.head_inverse,
        dots: scratch.head_dots,
        dots_stride: 1,
        normed: 1,
        gather: 1,
        list: given.rows,
        ..common
    };
    program.push_tiles(Kernel::NormBackward, head);
    let scatter = Call {
        columns: d,
        left: scratch.looked,
        out: scratch.stream[last],
        list: given.row_starts,
        items: given.row_items,
        ..common
    };
    let groups = [(sizes.rows * d).div_ceil(64) as usize, 1, population];
    program.push(Kernel::Scatter, scatter, groups);

    for (i, layer) in weights.layers.iter().enumerate().rev() {
        let swiglu = Call {
            inner: d,
            columns: f,
            slots: f.div_ceil(2),
            weight: layer.down,
            left: scratch.stream[2 * i + 2],
            other: at.gate_up[i],
            dots: scratch.mlp_dots,
            dots_stride: mlp_dots(sizes),
            ..common
        };
        program.push_tiles(Kernel::SwigluBackward, swiglu);
        let gate_up = Call {
            inner: 2 * f,
            columns: d,
            slots: d.div_ceil(2),
            weight: layer.gate_up,
            gain: layer.mlp_norm,
            left: at.gate_up[i],
            out: scratch.stream[2 * i + 1],
            residual: scratch.stream[2 * i + 2],
            stream: at.stream[2 * i + 1],
            inverse: at.inverse[2 * i + 1],
            normed: 1,
            ..swiglu
        };
        program.push_tiles(Kernel::NormBackward, gate_up);
        let out = Call {
            inner: d,
            columns: d,
            slots: d.div_ceil(2),
            weight: layer.out,
            left: scratch.stream[2 * i + 1],
            out: scratch.attended,
            ..common
        };
        program.push_tiles(Kernel::ProjectBackward, out);
        let attention = Call {
            inner: d,
            columns: sizes.sequences,
            left: at.qkv[i],
            out: at.qkv[i + 1],
            residual: scratch.attended,
            stream: at.attended[i],
            other: at.log_sums[i],
            dots: scratch.attention_dots,
            list: places.rotary,
            ..common
        };
        let invocations = sizes.sequences * sizes.heads * sizes.length;
        program.push(
            Kernel::AttentionBackward,
            attention,
            [invocations.div_ceil(64) as usize, 1, population],
        );
        let qkv = Call {
            inner: 3 * d,
            columns: d,
            slots: d.div_ceil(2),
            weight: layer.qkv,
            gain: layer.attention_norm,
            left: at.qkv[i + 1],
            out: scratch.stream[2 * i],
            residual: scratch.stream[2 * i + 1],
            stream: at.stream[2 * i],
            inverse: at.inverse[2 * i],
            dots: scratch.attention_dots,
            dots_stride: sizes.heads.div_ceil(4),
            normed: 1,
            ..common
        };
        program.push_tiles(Kernel::NormBackward, qkv);
    }

    let products = Call {
        list: constants.jobs,
        items: (tables.jobs.len() / 16) as u32,
        splits: scratch.splits,
        ..common
    };
    let groups = [tables.groups as usize, scratch.splits as usize, population];
    program.push(Kernel::WeightGradient, products, groups);
    let blocks = tables.blocks.len() / 8;
    let reduce = Call {
        inner: d,
        slots: 4 * sizes.v,
        left: scratch.stream[0],
        other: constants.blocks,
        dots: scratch.squares,
        dots_stride: (blocks as u32).div_ceil(4),
        list: given.token_starts,
        items: given.token_items,
        splits: scratch.splits,
        ..common
    };
    program.push(Kernel::Reduce, reduce, [blocks, population, 1]);
    let finish = Call {
        rows: sizes.looked_rows,
        real: sizes.looked,
        left: scratch.row_losses,
        out: scratch.factors,
        other: constants.optimizer,
        list: given.numbers,
        ..reduce
    };
    program.push(Kernel::Finish, finish, [population, 1, 1]);
    let groups = [sizes.parameters.div_ceil(64) as usize, population, 1];
    program.push(Kernel::AdamW, finish, groups);
}
