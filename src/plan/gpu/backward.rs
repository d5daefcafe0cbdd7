//! Loss, backward pass and update as dispatches.

use super::call::Call;
use super::constants::Constants;
use super::forward::Places;
use super::program::Program;
use super::scratch::{Scratch, mlp_dots};
use super::sources::Kernel;
use super::tables::Tables;

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
        entropy: u32::from(constants.entropy),
        ..common
    };
    for part in 0..constants.parts.max(1) {
        let groups = [sizes.looked_rows as usize, population, 1];
        program.push(Kernel::Loss, Call { part, ..loss }, groups);
    }
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
        items: tables.jobs.len() as u32,
        splits: scratch.splits,
        ..common
    };
    let groups = [tables.groups as usize, scratch.splits as usize, population];
    program.push(Kernel::WeightGradient, products, groups);
    let blocks = tables.blocks.len();
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
        other: constants.update,
        list: given.numbers,
        ..reduce
    };
    program.push(Kernel::Finish, finish, [population, 1, 1]);
    let groups = [sizes.parameters.div_ceil(64) as usize, population, 1];
    program.push(Kernel::AdamW, finish, groups);
}
