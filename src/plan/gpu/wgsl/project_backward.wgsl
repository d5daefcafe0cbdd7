// Through a projection: out = e = dY W^T; or, where a norm is before it (normed), through that too in the same kernel: with r =
// 1/rms of x,
//   out = residual + r gain e - x r^2 / d * sum(r gain x e), and sum(r gain x e) = sum(dY Y): `dots` holds its parts.
// dY at left: [p, rows, inner]; W: [d, inner]; x at stream and out [p, rows, d]. columns: d / 4. gather: the rows of x
// are those in `list`, and there is no residual. Needs tile.wgsl.

fn dot_of(row: u32) -> f32 {
    var sum = vec4<f32>();
    for (var i = 0u; i < call.dots_stride; i++) {
        sum += arena[call.dots + row * call.dots_stride + i];
    }
    return dot(sum, vec4<f32>(1.0));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 4u * GROUPS;
    // A quad works as one, so a lane beyond the last tile computes that tile again and does not store it.
    let lane = id.x % 4u;
    if (id.x - lane >= call.slots || row >= call.rows) {
        return;
    }
    let slot = min(id.x, call.slots - 1u);
    let column = 2u * slot;
    let both = min(1u, call.columns - 1u - column);
    let base = id.z * call.parameters;
    let all_row = id.z * call.rows + row;
    let rows = rows_from(call.left + all_row * call.inner, call.inner, lane);
    let tile = product_transposed(rows, base + call.weight, column, column + both);
    if (slot != id.x) {
        return;
    }
    let gain = base + call.gain + column;
    for (var i = 0u; i < 4u * GROUPS; i++) {
        var e = row_of(tile, i);
        let here = all_row + i;
        let at = here * call.columns + column;
        if (call.normed == 1u) {
            var x = call.stream + at;
            if (call.gather == 1u) {
                x = call.stream + given[call.list + here] * call.columns + column;
            }
            let r = arena[call.inverse + here / 4u][here % 4u];
            let shrink = r * r * dot_of(here) / f32(4u * call.columns);
            e.a = r * weights[gain] * e.a - shrink * arena[x];
            e.b = r * weights[gain + both] * e.b - shrink * arena[x + both];
            if (call.gather == 0u) {
                e.a += arena[call.residual + at];
                e.b += arena[call.residual + at + both];
            }
        }
        store_row(e, call.out + at, both);
    }
}
