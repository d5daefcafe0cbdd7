// logits = rmsnorm(x[list]) W, 1/rms stored. x: [p, n, d] at left; list: rows of the arena, [p, rows]; W: [d, v];
// logits at out: [p, rows, v]. Needs normed.wgsl.

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 8u;
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
    let t = result.tile;
    if (id.x == 0u) {
        arena[call.inverse + all_row / 4u] = result.low;
        arena[call.inverse + all_row / 4u + 1u] = result.high;
    }
    let to = rows_from(call.out + all_row * call.columns + column, call.columns);
    store(t.q00, to.low);
    store(t.q10, to.high);
    if (second > column) {
        store(t.q01, to.low + 1u);
        store(t.q11, to.high + 1u);
    }
}
