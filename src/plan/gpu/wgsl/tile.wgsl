// Tiles of matrix products in registers: one invocation computes GROUPS times four rows and two vec4s of columns. A
// quarter is four rows of one vec4: column i of the matrix is row i. Lines that begin with %G are repeated for the
// groups of rows.

struct Tile {
    %G a#: mat4x4<f32>, // first quad of columns
    %G b#: mat4x4<f32>, // second
}

// Where the rows of a tile begin: the four lanes of a quad have the same.
struct Rows {
    %G r#: Four,
}

// Successive rows.
fn rows_from(first: u32, stride: u32, lane: u32) -> Rows {
    var rows: Rows;
    %G rows.r# = successive(first + 4u * #u * stride, stride, lane);
    return rows;
}

// Rows of the arena that a list names, from `at` on.
fn rows_listed(at: u32, first: u32, stride: u32, lane: u32) -> Rows {
    var rows: Rows;
    %S %G rows.r# = first + given[at + 4u * #u + lane] * stride;
    %N %G rows.r# = first + listed_four(at + 4u * #u) * stride;
    return rows;
}

fn listed_four(at: u32) -> vec4<u32> {
    return vec4<u32>(given[at], given[at + 1u], given[at + 2u], given[at + 3u]);
}

fn four_weights(at: vec4<u32>, k: u32) -> mat4x4<f32> {
    return mat4x4<f32>(weights[at.x + k], weights[at.y + k], weights[at.z + k], weights[at.w + k]);
}

// X W: `weight` is the place of W[0, first quad], `second` that of W[0, second quad]; a row of W is `stride` long.
//   a#[i][c] += sum over j of X[row i, 4k + j] W[4k + j, c of the first quad]
fn product(rows: Rows, weight: u32, second: u32, stride: u32) -> Tile {
    var tile: Tile;
    let steps = vec4<u32>(0u, 1u, 2u, 3u) * stride;
    var first_at = weight + steps;
    var second_at = second + steps;
    for (var k = 0u; k < call.inner; k++) {
        let w0 = four_weights(first_at, 0u);
        let w1 = four_weights(second_at, 0u);
        %G let x# = same_four(rows.r#, k);
        %G tile.a# += w0 * x#;
        %G tile.b# += w1 * x#;
        first_at += 4u * stride;
        second_at += 4u * stride;
    }
    return tile;
}

// dY W^T: W begins at `weight`; its rows are the columns of the result, of which quads `first` and `second` are wanted.
//   a#[i][c] += sum over j of dY[row i, 4k + j] W[4 first + c, 4k + j]
fn product_transposed(rows: Rows, weight: u32, first: u32, second: u32) -> Tile {
    var tile: Tile;
    let low = four_from(weight + 4u * first * call.inner, call.inner);
    let high = four_from(weight + 4u * second * call.inner, call.inner);
    for (var k = 0u; k < call.inner; k++) {
        let w0 = transpose(four_weights(low, k));
        let w1 = transpose(four_weights(high, k));
        %G let x# = same_four(rows.r#, k);
        %G tile.a# += w0 * x#;
        %G tile.b# += w1 * x#;
    }
    return tile;
}

// Where four successive rows begin.
fn four_from(first: u32, stride: u32) -> vec4<u32> {
    return vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) * stride;
}

// A row by its number, for loops over what is done with the finished sums: written out for all rows, that takes longer to
// compile than the product.
fn row_of(tile: Tile, index: u32) -> Row {
    var row: Row;
    switch (index) {
        %G case 4u * #u: { row = Row(tile.a#[0], tile.b#[0]); }
        %G case 4u * #u + 1u: { row = Row(tile.a#[1], tile.b#[1]); }
        %G case 4u * #u + 2u: { row = Row(tile.a#[2], tile.b#[2]); }
        %G case 4u * #u + 3u: { row = Row(tile.a#[3], tile.b#[3]); }
        default: {}
    }
    return row;
}

// Stores a row, its second vec4 `apart` from the first; 0: there is no second.
fn store_row(row: Row, at: u32, apart: u32) {
    arena[at] = row.a;
    if (apart > 0u) {
        arena[at + apart] = row.b;
    }
}
