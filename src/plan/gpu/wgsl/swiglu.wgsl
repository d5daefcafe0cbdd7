// h = silu(g) u, where g, u = rmsnorm(x) W; 1/rms stored, g and u too where the backward pass follows.
// x: [p, rows, d] at left; W: [d, 2f], the gate's columns first; g and u at other: [p, rows, 2f]; h at out: [p, rows,
// f]. A tile's two quads are a gate and its up: f/4 apart. slots: f / 4; columns: 2f / 4. Needs normed.wgsl.

fn gated(gate: mat4x4<f32>, up: mat4x4<f32>, at: vec4<u32>) {
    store(
        mat4x4<f32>(
            gate[0] / (1.0 + exp(-gate[0])) * up[0],
            gate[1] / (1.0 + exp(-gate[1])) * up[1],
            gate[2] / (1.0 + exp(-gate[2])) * up[2],
            gate[3] / (1.0 + exp(-gate[3])) * up[3],
        ),
        at,
    );
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 4u * GROUPS;
    if (id.x >= call.slots || row >= call.rows) {
        return;
    }
    let f = call.slots;
    let base = id.z * call.parameters;
    let weight = base + call.weight + id.x;
    let all_row = id.z * call.rows + row;
    let rows = rows_from(call.left + all_row * call.inner, call.inner);
    let result = normed_product(rows, base + call.gain, weight, weight + f, call.columns);
    let t = result.tile;
    let to = rows_from(call.out + all_row * f + id.x, f);
    %G gated(t.a#, t.b#, to.r#);
    if (call.keep == 1u) {
        let kept = rows_from(call.other + all_row * call.columns + id.x, call.columns);
        %G store(t.a#, kept.r#);
        %G store(t.b#, kept.r# + f);
        if (id.x == 0u) {
            store_inverse(result, all_row);
        }
    }
}
