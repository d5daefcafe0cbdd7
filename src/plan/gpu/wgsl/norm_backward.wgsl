// Through a projection and the rmsnorm before it, in one kernel: with e = dY W^T and r = 1/rms of x,
//   out = residual + r gain e - x r^2 / d * sum(r gain x e), and sum(r gain x e) = sum(dY Y): `dots` holds its parts.
// dY at left: [p, rows, inner]; W: [d, inner]; x at stream and out [p, rows, d]. columns: d / 4. GATHER: the rows of x
// are those in `list`, and there is no residual. Needs tile.wgsl.

fn dot_of(row: u32) -> f32 {
    var sum = vec4<f32>();
    for (var i = 0u; i < call.dots_stride; i++) {
        sum += arena[call.dots + row * call.dots_stride + i];
    }
    return dot(sum, vec4<f32>(1.0));
}

fn dots_of(row: u32) -> vec4<f32> {
    return vec4<f32>(dot_of(row), dot_of(row + 1u), dot_of(row + 2u), dot_of(row + 3u));
}

// One quarter: r gain e - x r^2 dot / d, and the residual.
fn finish(e: mat4x4<f32>, gain: vec4<f32>, r: vec4<f32>, shrink: vec4<f32>, x: vec4<u32>, at: vec4<u32>) {
    var result = mat4x4<f32>(
        r.x * gain * e[0] - shrink.x * arena[x.x],
        r.y * gain * e[1] - shrink.y * arena[x.y],
        r.z * gain * e[2] - shrink.z * arena[x.z],
        r.w * gain * e[3] - shrink.w * arena[x.w],
    );
    if (!GATHER) {
        result += four(call.residual + at, 0u);
    }
    store(result, call.out + at);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.y * 4u * GROUPS;
    if (id.x >= call.slots || row >= call.rows) {
        return;
    }
    let column = 2u * id.x;
    let second = min(column + 1u, call.columns - 1u);
    let base = id.z * call.parameters;
    let all_row = id.z * call.rows + row;
    let rows = rows_from(call.left + all_row * call.inner, call.inner);
    let w_low = four_from(base + call.weight + 4u * column * call.inner, call.inner);
    let w_high = four_from(base + call.weight + 4u * second * call.inner, call.inner);
    let t = product_transposed(rows, w_low, w_high);

    let at = rows_from(all_row * call.columns + column, call.columns);
    var x = rows_from(call.stream + all_row * call.columns + column, call.columns);
    if (GATHER) {
        x = rows_listed(call.list + all_row, call.stream + column, call.columns);
    }
    let width = f32(4u * call.columns);
    %G let r# = arena[call.inverse + all_row / 4u + #u];
    %G let shrink# = r# * r# * dots_of(all_row + 4u * #u) / width;
    let gain = weights[base + call.gain + column];
    %G finish(t.a#, gain, r#, shrink#, x.r#, at.r#);
    if (second > column) {
        let gain_second = weights[base + call.gain + second];
        %G finish(t.b#, gain_second, r#, shrink#, x.r# + 1u, at.r# + 1u);
    }
}
