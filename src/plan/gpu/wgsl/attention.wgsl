// Causal attention: o = softmax(q k^T scale) v, and the logarithm of the softmax's sum for the backward pass.
// An invocation per (sequence, head, query), four keys at a time, running maximum. query_key_value at left: [p, rows, 3d];
// o at out: [p, rows, d]; the logarithms at other: [p, rows, heads rounded up to 4]. inner: d / 4. columns: sequences.
// Lines that begin with %H are repeated for the vec4s of a head.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let query = id.x % call.length;
    let head = id.x / call.length % HEADS;
    let sequence = id.x / (call.length * HEADS);
    if (sequence >= call.columns) {
        return;
    }
    let d = call.inner;
    let first = id.z * call.rows + sequence * call.length;
    let keys = call.left + first * 3u * d + d + head * HEAD;
    let from = keys + query * 3u * d - d;
    %H let q# = arena[from + #u] * call.scale;
    %H var o# = vec4<f32>();
    var top = -1e30;
    var sum = 0.0;
    for (var key = 0u; key <= query; key += 4u) {
        let four = vec4<u32>(key) + vec4<u32>(0u, 1u, 2u, 3u);
        let k = keys + min(four, vec4<u32>(query)) * 3u * d;
        var score = vec4<f32>();
        %H score += vec4<f32>(dot(q#, arena[k.x + #u]), dot(q#, arena[k.y + #u]), dot(q#, arena[k.z + #u]), dot(q#, arena[k.w + #u]));
        score = select(vec4<f32>(-1e30), score, four <= vec4<u32>(query));
        let next = max(top, max(max(score.x, score.y), max(score.z, score.w)));
        let shrink = exp(top - next);
        let weight = exp(score - next);
        sum = sum * shrink + dot(weight, vec4<f32>(1.0));
        top = next;
        let v = k + d;
        %H o# = o# * shrink + weight.x * arena[v.x + #u] + weight.y * arena[v.y + #u] + weight.z * arena[v.z + #u] + weight.w * arena[v.w + #u];
    }
    let row = first + query;
    let to = call.out + row * d + head * HEAD;
    %H arena[to + #u] = o# / sum;
    if (call.keep == 1u) {
        arena[call.other + row * ((HEADS + 3u) / 4u) + head / 4u][head % 4u] = top + log(sum);
    }
}
