// Projections behind a norm: Y = rmsnorm(X) W. X is scaled by the gain while it is loaded; the row's 1/rms, from the squares
// that pass by, is applied to the sums, and stored at inverse.
// X: [p, rows, d] at left, or the rows of it that `list` names (gather); W: [d, columns]. The two quads of a tile are
// `apart` columns apart, and what becomes of them differs:
//   query, key and value: they are the two halves of a rotary pair (apart: half a head), and those of the first `turned`
//   columns are turned by their position's angle, whose cosines and sines are at other in `constants`: [positions, 2,
//   apart]. given[items]: positions of each sequence that were read before these.
//   gate and up (gated): they are a gate and its up. h = silu(gate) up goes to out: [p, rows, apart]; Y to other, where the
//   backward pass follows (keep).
//   logits: they are neighbours.
// Needs tile.wgsl.

struct Normed {
    tile: Tile,
    %G r#: vec4<f32>, // 1/rms of four rows
}

fn squares(a: mat4x4<f32>) -> vec4<f32> {
    return vec4<f32>(dot(a[0], a[0]), dot(a[1], a[1]), dot(a[2], a[2]), dot(a[3], a[3]));
}

fn scale_rows(quarter: mat4x4<f32>, by: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(quarter[0] * by.x, quarter[1] * by.y, quarter[2] * by.z, quarter[3] * by.w);
}

fn normed_product(rows: Rows, gain: u32, weight: u32, second: u32, stride: u32) -> Normed {
    var result: Normed;
    var tile: Tile;
    %G var sum# = vec4<f32>();
    let steps = vec4<u32>(0u, 1u, 2u, 3u) * stride;
    var first_at = weight + steps;
    var second_at = second + steps;
    for (var k = 0u; k < call.inner; k++) {
        let g = weights[gain + k];
        let w0 = scale_rows(four_weights(first_at, 0u), g);
        let w1 = scale_rows(four_weights(second_at, 0u), g);
        %G let x# = same_four(rows.r#, k);
        %G sum# += squares(x#);
        %G tile.a# += w0 * x#;
        %G tile.b# += w1 * x#;
        first_at += 4u * stride;
        second_at += 4u * stride;
    }
    let width = f32(4u * call.inner);
    %G result.r# = inverseSqrt(sum# / width + call.epsilon);
    %G result.tile.a# = scale_rows(tile.a#, result.r#);
    %G result.tile.b# = scale_rows(tile.b#, result.r#);
    return result;
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
    let within = slot % call.apart;
    let column = slot / call.apart * 2u * call.apart + within;
    let second = min(column + call.apart, call.columns - 1u);
    let base = id.z * call.parameters;
    let weight = base + call.weight;
    let all_row = id.z * call.rows + row;
    var rows: Rows;
    if (call.gather == 1u) {
        rows = rows_listed(call.list + all_row, call.left, call.inner, lane);
    } else {
        rows = rows_from(call.left + all_row * call.inner, call.inner, lane);
    }
    let result = normed_product(rows, base + call.gain, weight + column, weight + second, call.columns);
    if (slot != id.x) {
        return;
    }
    if (slot == 0u) {
        %G arena[call.inverse + all_row / 4u + #u] = result.r#;
    }
    var y_at = call.out;
    if (call.gated == 1u) {
        y_at = call.other;
    }
    y_at += all_row * call.columns + column;
    let gated_at = call.out + all_row * call.apart + slot;
    for (var i = 0u; i < 4u * GROUPS; i++) {
        var y = row_of(result.tile, i);
        if (column < call.turned) {
            let position = given[call.items] + (row + i) % call.length;
            let angle = call.other + position * 2u * call.apart + within;
            let c = constants[angle];
            let s = constants[angle + call.apart];
            y = Row(y.a * c - y.b * s, y.b * c + y.a * s);
        }
        if (call.gated == 1u) {
            arena[gated_at + i * call.apart] = y.a / (1.0 + exp(-y.a)) * y.b;
        }
        if (call.gated == 0u || call.keep == 1u) {
            store_row(y, y_at + i * call.columns, second - column);
        }
    }
}
