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

fn quarter(e: mat4x4<f32>, at: vec4<u32>) -> vec4<f32> {
    return vec4<f32>(through(e[0], at.x), through(e[1], at.y), through(e[2], at.z), through(e[3], at.w));
}

fn put(row: u32, slot: u32, values: vec4<f32>) {
    let at = four_from(call.dots + row * call.dots_stride + slot / 4u, call.dots_stride);
    arena[at.x][slot % 4u] = values.x;
    arena[at.y][slot % 4u] = values.y;
    arena[at.z][slot % 4u] = values.z;
    arena[at.w][slot % 4u] = values.w;
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
    let w_low = four_from(base + 4u * column * call.inner, call.inner);
    let w_high = four_from(base + 4u * second * call.inner, call.inner);
    let t = product_transposed(rows, w_low, w_high);
    let at = rows_from(call.other + 2u * all_row * call.columns + column, 2u * call.columns);
    %G var dots# = quarter(t.a#, at.r#);
    if (second > column) {
        %G dots# += quarter(t.b#, at.r# + 1u);
    }
    %G put(all_row + 4u * #u, id.x, dots#);
}
