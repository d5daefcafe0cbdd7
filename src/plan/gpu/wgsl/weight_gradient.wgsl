// Gradients of all projections in one dispatch: dW = X^T dY, where X is rmsnorm(x) = x r gain for those behind a norm.
// An invocation has 8 rows and two vec4 columns of dW, summed over one part of the rows; reduce.wgsl adds the parts.
// Behind a norm the gain's own gradient is sum over columns of (x r)^T dY * W: this tile's share goes to `arena`.
// x: workgroups of all projections, y: parts, z: members. Jobs in `constants` from `list` on, `items` of them, 4 vec4s
// each:
//   [first workgroup, tiles across, tiles, rows of a member] [x, K / 4, dY, N / 4]
//   [1/rms or none, gain, W and dW in a member's parameters, where the row list begins or none] [shares of the gain, -,
//   -, -]

const NONE = 0xffffffffu;

fn job_part(job: u32, part: u32) -> vec4<u32> {
    return bitcast<vec4<u32>>(constants[call.list + 4u * job + part]);
}

fn listed_four(at: Four) -> Four {
    %S return given[at];
    %N return vec4<u32>(given[at.x], given[at.y], given[at.z], given[at.w]);
}

fn scaled(quarter: mat4x4<f32>, by: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(quarter[0] * by.x, quarter[1] * by.y, quarter[2] * by.z, quarter[3] * by.w);
}

// Row i of the tile: the quarters of its first four rows are a and b, those of the others c and d.
fn row_of(a: mat4x4<f32>, b: mat4x4<f32>, c: mat4x4<f32>, d: mat4x4<f32>, i: u32) -> Row {
    switch (i) {
        case 0u: { return Row(a[0], b[0]); }
        case 1u: { return Row(a[1], b[1]); }
        case 2u: { return Row(a[2], b[2]); }
        case 3u: { return Row(a[3], b[3]); }
        case 4u: { return Row(c[0], d[0]); }
        case 5u: { return Row(c[1], d[1]); }
        case 6u: { return Row(c[2], d[2]); }
        default: { return Row(c[3], d[3]); }
    }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    var job = 0u;
    for (var i = 1u; i < call.items; i++) {
        job = select(job, i, group.x >= job_part(i, 0u).x);
    }
    let size = job_part(job, 0u);
    let operands = job_part(job, 1u);
    let rest = job_part(job, 2u);
    let index = (group.x - size.x) * 64u + local;
    if (index >= size.z) {
        return;
    }
    let k = 2u * (index / size.y);
    let n_pair = index % size.y;
    let k_stride = operands.y;
    let n_stride = operands.w;
    let k_second = min(k + 1u, k_stride - 1u) - k;
    // A quad has the same rows of dW: size.y is a multiple of 4, and what is beyond the last column is computed like the last,
    // but not stored.
    let n = min(2u * n_pair, n_stride - 1u);
    let n_second = min(n + 1u, n_stride - 1u) - n;
    let lane = index % 4u;
    let member = group.z;
    let normed = rest.x != NONE;
    let listed = rest.w != NONE;

    let steps = (size.w / 4u + call.splits - 1u) / call.splits;
    let start = member * size.w + 4u * min(group.y * steps, size.w / 4u);
    let end = member * size.w + 4u * min((group.y + 1u) * steps, size.w / 4u);
    // qrc: quarter of row half r and column half c. A column of the matrix is a row of dW:
    //   q00[a][b] += sum over i of X[row + i, 4k + a] dY[row + i, 4n + b]
    var q00: mat4x4<f32>;
    var q01: mat4x4<f32>;
    var q10: mat4x4<f32>;
    var q11: mat4x4<f32>;
    for (var row = start; row < end; row += 4u) {
        var source = successive(row, 1u, lane);
        if (listed) {
            source = listed_four(rest.w + source);
        }
        source = source * k_stride + operands.x + k;
        let y_at = operands.z + n + (row + vec4<u32>(0u, 1u, 2u, 3u)) * n_stride;
        var y0 = four(y_at, 0u);
        var y1 = four(y_at, n_second);
        if (normed) {
            let r = arena[rest.x + row / 4u];
            y0 = scaled(y0, r);
            y1 = scaled(y1, r);
        }
        let x0 = transpose(same_four(source, 0u));
        q00 += y0 * x0;
        q01 += y1 * x0;
        let x1 = transpose(same_four(source, k_second));
        q10 += y0 * x1;
        q11 += y1 * x1;
    }

    if (2u * n_pair >= n_stride) {
        return;
    }
    let base = member * call.parameters;
    let parts = group.y * call.population * call.parameters;
    let share_part = (member * call.splits + group.y) * ((n_stride + 1u) / 2u) + n_pair;
    let share_at = job_part(job, 3u).x + share_part * k_stride + k;
    for (var i = 0u; i < 4u + 4u * k_second; i++) {
        var row = row_of(q00, q01, q10, q11, i);
        let at = base + rest.z + (4u * k + i) * n_stride + n;
        if (normed) {
            var share = dot(row.a, weights[at]);
            if (n_second == 1u) {
                share += dot(row.b, weights[at + 1u]);
            }
            arena[share_at + i / 4u][i % 4u] = share;
            let gain = weights[base + rest.y + k + i / 4u][i % 4u];
            row = Row(gain * row.a, gain * row.b);
        }
        gradients[parts + at] = row.a;
        if (n_second == 1u) {
            gradients[parts + at + 1u] = row.b;
        }
    }
}
