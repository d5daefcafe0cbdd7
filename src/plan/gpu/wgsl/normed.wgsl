// rmsnorm(X) W for one tile: X is scaled by the gain while it is loaded, the row's 1/rms (from the squares that pass by) is
// applied to the sums. Needs tile.wgsl.

struct Normed {
    tile: Tile,
    low: vec4<f32>,  // 1/rms of the first four rows
    high: vec4<f32>, // and of the others
}

fn squares(a: mat4x4<f32>) -> vec4<f32> {
    return vec4<f32>(dot(a[0], a[0]), dot(a[1], a[1]), dot(a[2], a[2]), dot(a[3], a[3]));
}

fn scale_rows(quarter: mat4x4<f32>, by: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(quarter[0] * by.x, quarter[1] * by.y, quarter[2] * by.z, quarter[3] * by.w);
}

fn normed_product(rows: Rows, gain: u32, weight: u32, second: u32, stride: u32) -> Normed {
    var tile: Tile;
    var low = vec4<f32>();
    var high = vec4<f32>();
    let steps = vec4<u32>(0u, 1u, 2u, 3u) * stride;
    var first_at = weight + steps;
    var second_at = second + steps;
    for (var k = 0u; k < call.inner; k++) {
        let a0 = four(rows.low, k);
        let a1 = four(rows.high, k);
        low += squares(a0);
        high += squares(a1);
        let g = weights[gain + k];
        let b0 = scale_rows(four_weights(first_at, 0u), g);
        tile.q00 += b0 * a0;
        tile.q10 += b0 * a1;
        let b1 = scale_rows(four_weights(second_at, 0u), g);
        tile.q01 += b1 * a0;
        tile.q11 += b1 * a1;
        first_at += 4u * stride;
        second_at += 4u * stride;
    }
    let width = f32(4u * call.inner);
    low = inverseSqrt(low / width + call.epsilon);
    high = inverseSqrt(high / width + call.epsilon);
    tile.q00 = scale_rows(tile.q00, low);
    tile.q01 = scale_rows(tile.q01, low);
    tile.q10 = scale_rows(tile.q10, high);
    tile.q11 = scale_rows(tile.q11, high);
    return Normed(tile, low, high);
}
