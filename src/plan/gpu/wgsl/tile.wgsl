// Tiles of matrix products in registers: one invocation computes GROUPS times four rows and two vec4s of columns. A
// quarter is four rows of one vec4: column i of the matrix is row i. Lines that begin with %G are repeated for the
// groups of rows.

struct Tile {
    %G a#: mat4x4<f32>, // first quad of columns
    %G b#: mat4x4<f32>, // second
}

// Where the rows of a tile begin.
struct Rows {
    %G r#: vec4<u32>,
}

// Successive rows.
fn rows_from(first: u32, stride: u32) -> Rows {
    var rows: Rows;
    let four_rows = vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) * stride;
    %G rows.r# = four_rows + 4u * #u * stride;
    return rows;
}

// Rows of the arena that a list names, from `at` on.
fn rows_listed(at: u32, first: u32, stride: u32) -> Rows {
    var rows: Rows;
    %G rows.r# = first + listed_four(at + 4u * #u) * stride;
    return rows;
}

fn listed_four(at: u32) -> vec4<u32> {
    return vec4<u32>(given[at], given[at + 1u], given[at + 2u], given[at + 3u]);
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
        let w0 = four_weights(first_at, 0u);
        let w1 = four_weights(second_at, 0u);
        %G let x# = four(rows.r#, k);
        %G tile.a# += w0 * x#;
        %G tile.b# += w1 * x#;
        first_at += 4u * stride;
        second_at += 4u * stride;
    }
    return tile;
}

// dY W^T: `low` and `high` are where the eight rows of W begin that are the columns of the result.
fn product_transposed(rows: Rows, low: vec4<u32>, high: vec4<u32>) -> Tile {
    var tile: Tile;
    for (var k = 0u; k < call.inner; k++) {
        let w0 = transpose(four_weights(low, k));
        let w1 = transpose(four_weights(high, k));
        %G let x# = four(rows.r#, k);
        %G tile.a# += w0 * x#;
        %G tile.b# += w1 * x#;
    }
    return tile;
}

// Where four successive rows begin.
fn four_from(first: u32, stride: u32) -> vec4<u32> {
    return vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) * stride;
}

fn store(quarter: mat4x4<f32>, at: vec4<u32>) {
    arena[at.x] = quarter[0];
    arena[at.y] = quarter[1];
    arena[at.z] = quarter[2];
    arena[at.w] = quarter[3];
}

// Both quads, the second only where it is not the first again.
fn store_tile(tile: Tile, to: Rows, both: bool) {
    %G store(tile.a#, to.r#);
    if (both) {
        %G store(tile.b#, to.r# + 1u);
    }
}
