// Through down and SwiGLU: e = dY W^T; dg = e u silu'(g), du = e silu(g), in the places of g and u; and per row and
// tile dg . g + du . u, of which the norm before needs the sum. dY at left: [p, rows, d]; W: [f, d]; g, u at other: [p,
// rows, 2f]. columns: f / 4; inner: d / 4. Needs tile.wgsl.

fn through(e: vec4<f32>, at: u32) -> f32 {
    let gate = arena[at];
    let up = arena[at + call.columns];
    let s = 1.0 / (1.0 + exp(-gate));
    let d_gate = e * up * s * (1.0 + gate * (1.0 - s));
    let d_up = e * gate * s;
    arena[at] = d_gate;
    arena[at + call.columns] = d_up;
    return dot(d_gate, gate) + dot(d_up, up);
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
    let base = id.z * call.parameters + call.weight;
    let all_row = id.z * call.rows + row;
    let rows = rows_from(call.left + all_row * call.inner, call.inner, lane);
    let tile = product_transposed(rows, base, column, column + both);
    if (slot != id.x) {
        return;
    }
    for (var i = 0u; i < 4u * GROUPS; i++) {
        let sums = row_of(tile, i);
        let at = call.other + 2u * (all_row + i) * call.columns + column;
        var dots = through(sums.a, at);
        if (both == 1u) {
            dots += through(sums.b, at + 1u);
        }
        arena[call.dots + (all_row + i) * call.dots_stride + slot / 4u][slot % 4u] = dots;
    }
}
