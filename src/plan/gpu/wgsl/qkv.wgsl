// query_key_value = rotary(rmsnorm(x) W), 1/rms stored. x: [p, rows, d] at left; W: [d, 3d]; result [p, rows, 3d] at
// out. A tile's two quads are the two halves of one rotary pair: HALF vec4s apart in the same head. Needs normed.wgsl.
// other: cosines and sines in `constants`, [positions, 2, HALF]. given[items]: positions of each sequence that were read
// before these.

fn turn(first: vec4<f32>, second: vec4<f32>, row: u32, pair: u32, at: u32) {
    let position = given[call.items] + row % call.length;
    let angle = call.other + position * 2u * HALF + pair;
    let c = constants[angle];
    let s = constants[angle + HALF];
    arena[at] = first * c - second * s;
    arena[at + HALF] = second * c + first * s;
}

fn turn_four(first: mat4x4<f32>, second: mat4x4<f32>, row: u32, pair: u32, to: vec4<u32>) {
    turn(first[0], second[0], row, pair, to.x);
    turn(first[1], second[1], row + 1u, pair, to.y);
    turn(first[2], second[2], row + 2u, pair, to.z);
    turn(first[3], second[3], row + 3u, pair, to.w);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 4u * GROUPS;
    if (id.x >= call.slots || row >= call.rows) {
        return;
    }
    let pair = id.x % HALF;
    let column = id.x / HALF * 2u * HALF + pair;
    let base = id.z * call.parameters;
    let weight = base + call.weight + column;
    let all_row = id.z * call.rows + row;
    let rows = rows_from(call.left + all_row * call.inner, call.inner);
    let result = normed_product(rows, base + call.gain, weight, weight + HALF, call.columns);
    let t = result.tile;
    if (id.x == 0u) {
        store_inverse(result, all_row);
    }
    let to = rows_from(call.out + all_row * call.columns + column, call.columns);
    if (column >= 2u * call.inner) {
        %G store(t.a#, to.r#);
        %G store(t.b#, to.r# + HALF);
        return;
    }
    %G turn_four(t.a#, t.b#, row + 4u * #u, pair, to.r#);
}
