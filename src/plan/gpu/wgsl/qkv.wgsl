// query_key_value = rotary(rmsnorm(x) W), 1/rms stored. x: [p, rows, d] at left; W: [d, 3d]; result [p, rows, 3d] at out.
// A tile's two quads are the two halves of one rotary pair: HALF vec4s apart in the same head. Needs normed.wgsl.
// other: cosines and sines in `constants`, [length, 2, HALF].

fn turn(first: vec4<f32>, second: vec4<f32>, row: u32, pair: u32, at: u32) {
    let angle = call.other + (row % call.length) * 2u * HALF + pair;
    let c = constants[angle];
    let s = constants[angle + HALF];
    arena[at] = first * c - second * s;
    arena[at + HALF] = second * c + first * s;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 8u;
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
        arena[call.inverse + all_row / 4u] = result.low;
        arena[call.inverse + all_row / 4u + 1u] = result.high;
    }
    let to = rows_from(call.out + all_row * call.columns + column, call.columns);
    if (column >= 2u * call.inner) {
        store(t.q00, to.low);
        store(t.q01, to.low + HALF);
        store(t.q10, to.high);
        store(t.q11, to.high + HALF);
        return;
    }
    turn(t.q00[0], t.q01[0], row, pair, to.low.x);
    turn(t.q00[1], t.q01[1], row + 1u, pair, to.low.y);
    turn(t.q00[2], t.q01[2], row + 2u, pair, to.low.z);
    turn(t.q00[3], t.q01[3], row + 3u, pair, to.low.w);
    turn(t.q10[0], t.q11[0], row + 4u, pair, to.high.x);
    turn(t.q10[1], t.q11[1], row + 5u, pair, to.high.y);
    turn(t.q10[2], t.q11[2], row + 6u, pair, to.high.z);
    turn(t.q10[3], t.q11[3], row + 7u, pair, to.high.w);
}
