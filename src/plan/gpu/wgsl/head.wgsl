// logits = rmsnorm(x[list]) W, 1/rms stored. x: [p, n, d] at left; list: rows of the arena, [p, rows]; W: [d, v];
// logits at out: [p, rows, v]. Needs normed.wgsl.

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 4u * GROUPS;
    if (id.x >= call.slots || row >= call.rows) {
        return;
    }
    let column = 2u * id.x;
    let second = min(column + 1u, call.columns - 1u);
    let base = id.z * call.parameters;
    let all_row = id.z * call.rows + row;
    let rows = rows_listed(call.list + all_row, call.left, call.inner);
    let weight = base + call.weight;
    let result = normed_product(rows, base + call.gain, weight + column, weight + second, call.columns);
    if (id.x == 0u) {
        store_inverse(result, all_row);
    }
    let to = rows_from(call.out + all_row * call.columns + column, call.columns);
    store_tile(result.tile, to, second > column);
}
