//! The forward pass as dispatches.

use super::call::Call;
use super::layout::{Activations, Given, Sizes, Weights};
use super::program::Program;
use super::sources::Kernel;

/// Where a forward pass finds things.
pub(super) struct Places<'a> {
    pub sizes: &'a Sizes,
    pub weights: &'a Weights,
    pub activations: &'a Activations,
    pub given: &'a Given,
    /// Cosines and sines among the constants.
    pub rotary: u32,
    /// Positions that a cache of keys and values has room for, where there is one.
    pub cache: Option<u32>,
}

impl Places<'_> {
    /// What all calls on the positions' rows have in common.
    pub fn call(&self) -> Call {
        let sizes = self.sizes;
        Call {
            rows: sizes.rows,
            real: sizes.positions,
            parameters: sizes.parameters,
            population: sizes.population,
            length: sizes.length,
            heads: sizes.heads,
            scale: 1.0 / (4.0 * sizes.head as f32).sqrt(),
            epsilon: sizes.epsilon,
            ..Call::default()
        }
    }
}

/// Adds the forward pass: 5 dispatches a layer and 2. `keep`: the backward pass follows.
pub(super) fn forward(program: &mut Program, places: &Places<'_>, keep: bool) {
    let Places {
        sizes,
        weights,
        activations: at,
        given,
        ..
    } = places;
    let (d, f) = (sizes.d, sizes.f);
    let common = Call {
        keep: u32::from(keep),
        ..places.call()
    };
    let embed = Call {
        columns: d,
        out: at.stream[0],
        list: given.tokens,
        ..common
    };
    let groups = [(sizes.rows * d).div_ceil(64) as usize, 1, sizes.population as usize];
    program.push(Kernel::Embed, embed, groups);

    for (i, layer) in weights.layers.iter().enumerate() {
        let qkv = Call {
            inner: d,
            columns: 3 * d,
            slots: 3 * d / 2,
            weight: layer.qkv,
            gain: layer.attention_norm,
            left: at.stream[2 * i],
            out: at.qkv[i],
            inverse: at.inverse[2 * i],
            other: places.rotary,
            items: given.before(),
            apart: sizes.head / 2,
            turned: 2 * d,
            ..common
        };
        program.push_tiles(Kernel::Qkv, qkv);
        let attention = Call {
            inner: d,
            columns: sizes.sequences,
            left: at.qkv[i],
            out: at.attended[i],
            other: at.log_sums[i],
            ..common
        };
        let heads = sizes.sequences * sizes.heads;
        let groups = |invocations: u32| [invocations.div_ceil(64) as usize, 1, sizes.population as usize];
        if let Some(most) = places.cache {
            let cached = Call {
                other: i as u32 * cache_of_layer(sizes, most),
                items: given.before(),
                most,
                ..attention
            };
            program.push(Kernel::CachedAttention, cached, groups(heads * sizes.length));
        } else {
            // Pairs of queries, in fours.
            let pairs = sizes.length.div_ceil(8) * 4;
            program.push(Kernel::Attention, attention, groups(heads * pairs));
        }
        let out = Call {
            inner: d,
            columns: d,
            slots: d.div_ceil(2),
            weight: layer.out,
            left: at.attended[i],
            residual: at.stream[2 * i],
            out: at.stream[2 * i + 1],
            ..common
        };
        program.push_tiles(Kernel::Residual, out);
        let swiglu = Call {
            inner: d,
            columns: 2 * f,
            slots: f,
            weight: layer.gate_up,
            gain: layer.mlp_norm,
            left: at.stream[2 * i + 1],
            out: at.gated[i],
            inverse: at.inverse[2 * i + 1],
            other: at.gate_up[i],
            apart: f,
            gated: 1,
            ..common
        };
        program.push_tiles(Kernel::Swiglu, swiglu);
        let down = Call {
            inner: f,
            columns: d,
            slots: d.div_ceil(2),
            weight: layer.down,
            left: at.gated[i],
            residual: at.stream[2 * i + 1],
            out: at.stream[2 * i + 2],
            ..common
        };
        program.push_tiles(Kernel::Residual, down);
    }
    let head = Call {
        rows: sizes.looked_rows,
        inner: d,
        columns: sizes.v,
        slots: sizes.v.div_ceil(2),
        weight: weights.head,
        gain: weights.norm,
        left: at.stream[2 * weights.layers.len()],
        out: at.logits,
        inverse: at.head_inverse,
        gather: 1,
        list: given.rows,
        apart: 1,
        ..common
    };
    program.push_tiles(Kernel::Head, head);
}

/// Vec4s of a layer's keys and values, `[p, sequences, most, 2d]`.
pub(super) fn cache_of_layer(sizes: &Sizes, most: u32) -> u32 {
    sizes.population * sizes.sequences * most * 2 * sizes.d
}
