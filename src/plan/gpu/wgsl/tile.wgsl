// 8x8 tiles of matrix products in registers: one invocation computes 8 rows and two vec4s of columns. `rc` is the quarter of
// row half r and column quad c; column i of the matrix is row i of the quarter.

struct Tile {
    q00: mat4x4<f32>,
    q01: mat4x4<f32>,
    q10: mat4x4<f32>,
    q11: mat4x4<f32>,
}

struct Rows {
    low: vec4<u32>,
    high: vec4<u32>,
}

// Where eight successive rows begin.
fn rows_from(first: u32, stride: u32) -> Rows {
    let low = vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) * stride;
    return Rows(low, low + 4u * stride);
}

// Where the rows begin that a list names: rows of the arena, eight from `at` on.
fn rows_listed(at: u32, first: u32, stride: u32) -> Rows {
    let low = vec4<u32>(given[at], given[at + 1u], given[at + 2u], given[at + 3u]);
    let high = vec4<u32>(given[at + 4u], given[at + 5u], given[at + 6u], given[at + 7u]);
    return Rows(first + low * stride, first + high * stride);
}

fn four(at: vec4<u32>, k: u32) -> mat4x4<f32> {
    return mat4x4<f32>(arena[at.x + k], arena[at.y + k], arena[at.z + k], arena[at.w + k]);
}

fn four_weights(at: vec4<u32>, k: u32) -> mat4x4<f32> {
    return mat4x4<f32>(weights[at.x + k], weights[at.y + k], weights[at.z + k], weights[at.w + k]);
}

// X W: `weight` is the place of W[0, first quad], `second` that of W[0, second quad]; a row of W is `stride` long.
fn product(rows: Rows, weight: u32, second: u32, stride: u32) -> Tile {
    var tile: Tile;
    let steps = vec4<u32>(0u, 1u, 2u, 3u) * stride;
    var first_at = weight + steps;
    var second_at = second + steps;
    for (var k = 0u; k < call.inner; k++) {
        let a0 = four(rows.low, k);
        let a1 = four(rows.high, k);
        let b0 = four_weights(first_at, 0u);
        tile.q00 += b0 * a0;
        tile.q10 += b0 * a1;
        let b1 = four_weights(second_at, 0u);
        tile.q01 += b1 * a0;
        tile.q11 += b1 * a1;
        first_at += 4u * stride;
        second_at += 4u * stride;
    }
    return tile;
}

// dY W^T: `low` and `high` are where the eight rows of W begin that are the columns of the result.
fn product_transposed(rows: Rows, low: vec4<u32>, high: vec4<u32>) -> Tile {
    var tile: Tile;
    for (var k = 0u; k < call.inner; k++) {
        let a0 = four(rows.low, k);
        let a1 = four(rows.high, k);
        let b0 = transpose(four_weights(low, k));
        tile.q00 += b0 * a0;
        tile.q10 += b0 * a1;
        let b1 = transpose(four_weights(high, k));
        tile.q01 += b1 * a0;
        tile.q11 += b1 * a1;
    }
    return tile;
}

fn store(quarter: mat4x4<f32>, at: vec4<u32>) {
    arena[at.x] = quarter[0];
    arena[at.y] = quarter[1];
    arena[at.z] = quarter[2];
    arena[at.w] = quarter[3];
}
