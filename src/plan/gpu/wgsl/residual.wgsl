// out = residual + X W. X: [p, rows, inner] at left; W: [inner, columns]; residual and out [p, rows, columns], possibly
// the same place. Needs tile.wgsl.

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
    let tile = product(rows, base + column, base + column + both, call.columns);
    if (slot != id.x) {
        return;
    }
    for (var i = 0u; i < 4u * GROUPS; i++) {
        var sums = row_of(tile, i);
        let at = (all_row + i) * call.columns + column;
        sums.a += arena[call.residual + at];
        sums.b += arena[call.residual + at + both];
        store_row(sums, call.out + at, both);
    }
}
