// What every kernel sees. All numbers of a step are vec4s in a few buffers; `call` says where in them this dispatch
// works. Offsets and strides count vec4s unless a comment says otherwise. A member's rows are padded to a multiple of
// 16 with zeros, which stay zero through every kernel, so no kernel has a ragged edge of rows.

struct Call {
    rows: u32,       // padded rows of a member
    real: u32,       // rows that are not padding
    inner: u32,      // vec4s summed over
    columns: u32,    // vec4s in a row of the result, or of the weights
    slots: u32,      // tiles side by side: invocations in x
    weight: u32,     // in a member's parameters
    gain: u32,       // in a member's parameters
    parameters: u32, // vec4s of one member's parameters
    left: u32,       // in the arena: left operand
    out: u32,        // in the arena: result
    residual: u32,   // in the arena: added to the result
    stream: u32,     // in the arena: the normed layer's input
    inverse: u32,    // in the arena: 1/rms of each row, four rows in a vec4
    other: u32,      // in the arena: a further operand
    dots: u32,       // in the arena: per row, parts of (gradient . value) of the layer behind a norm
    dots_stride: u32,
    list: u32,       // in `given`, in words
    items: u32,      // in `given`, in words
    length: u32,     // tokens of a sequence
    keep: u32,       // 1: the backward pass follows
    population: u32,
    splits: u32,     // parts of a sum over rows
    heads: u32,
    most: u32,       // positions that a cache of keys and values has room for
    gather: u32,     // 1: rows are those that a list names
    part: u32,       // which part of the table of targets is bound
    entropy: u32,    // 1: the entropy of the targets is wanted
    apart: u32,      // vec4s between the two quads of a tile
    turned: u32,     // columns that are turned by their position's angle
    gated: u32,      // 1: the columns are gates, then ups
    normed: u32,     // 1: there is a norm before the projection
    scale: f32,
    epsilon: f32,
}

@group(0) @binding(0) var<storage, read_write> arena: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> gradients: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> given: array<u32>;
@group(0) @binding(5) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> constants: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> call: Call;

fn four(at: vec4<u32>, k: u32) -> mat4x4<f32> {
    return mat4x4<f32>(arena[at.x + k], arena[at.y + k], arena[at.z + k], arena[at.w + k]);
}

// Four places that are the same for the four lanes of a quad. Where lanes can hand numbers to each other (lines that begin
// with %S), each loads from one of the places, because loads are what a software adapter spends its time on; elsewhere (%N)
// each loads from all.
%S alias Four = u32;
%N alias Four = vec4<u32>;

fn same_four(at: Four, k: u32) -> mat4x4<f32> {
    %S let x = arena[at + k];
    %S return mat4x4<f32>(quadBroadcast(x, 0u), quadBroadcast(x, 1u), quadBroadcast(x, 2u), quadBroadcast(x, 3u));
    %N return four(at, k);
}

// Successive places; `lane`: which of its quad.
fn successive(first: u32, stride: u32, lane: u32) -> Four {
    %S return first + lane * stride;
    %N return vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) * stride;
}

// A row of a tile: its vec4 in both quads of columns.
struct Row {
    a: vec4<f32>,
    b: vec4<f32>,
}
