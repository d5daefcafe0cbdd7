// rmsnorm(X) W for one tile: X is scaled by the gain while it is loaded, the row's 1/rms (from the squares that pass
// by) is applied to the sums. Needs tile.wgsl.

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
        %G let x# = four(rows.r#, k);
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

fn store_inverse(result: Normed, all_row: u32) {
    %G arena[call.inverse + all_row / 4u + #u] = result.r#;
}
