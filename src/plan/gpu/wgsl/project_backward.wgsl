// dX = dY W^T. dY at left: [p, rows, inner]; W: [columns, inner]; dX at out: [p, rows, columns]. Needs tile.wgsl.

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 4u * GROUPS;
    if (id.x >= call.slots || row >= call.rows) {
        return;
    }
    let column = 2u * id.x;
    let second = min(column + 1u, call.columns - 1u);
    let base = id.z * call.parameters + call.weight;
    let all_row = id.z * call.rows + row;
    let rows = rows_from(call.left + all_row * call.inner, call.inner);
    let low = four_from(base + 4u * column * call.inner, call.inner);
    let high = four_from(base + 4u * second * call.inner, call.inner);
    let t = product_transposed(rows, low, high);
    let to = rows_from(call.out + all_row * call.columns + column, call.columns);
    store_tile(t, to, second > column);
}
