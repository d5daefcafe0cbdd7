// out = residual + X W. X: [p, rows, inner] at left; W: [inner, columns]; residual and out [p, rows, columns], possibly
// the same place. Needs tile.wgsl.

fn add(quarter: mat4x4<f32>, source: vec4<u32>) -> mat4x4<f32> {
    return quarter + four(source, 0u);
}

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
    let t = product(rows, base + column, base + second, call.columns);
    let at = rows_from(all_row * call.columns + column, call.columns);
    %G store(add(t.a#, call.residual + at.r#), call.out + at.r#);
    if (second > column) {
        %G store(add(t.b#, call.residual + at.r# + 1u), call.out + at.r# + 1u);
    }
}
