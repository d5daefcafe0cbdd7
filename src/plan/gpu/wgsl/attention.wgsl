// Causal attention: o = softmax(q k^T scale) v, and the logarithm of the softmax's sum for the backward pass.
// An invocation per (sequence, head, two queries), so that a key and its value are loaded once for both; a quad of lanes
// has eight successive queries of one head. Four keys at a time, running maximum. query_key_value at left: [p, rows, 3d];
// o at out: [p, rows, d]; the logarithms at other: [p, rows, heads rounded up to 4]. inner: d / 4. columns: sequences.
// Lines that begin with %H are repeated for the vec4s of a head.

fn largest(x: vec4<f32>) -> f32 {
    return max(max(x.x, x.y), max(x.z, x.w));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let pairs = (call.length + 7u) / 8u * 4u;
    let pair = id.x % pairs;
    let head = id.x / pairs % call.heads;
    let sequence = id.x / (pairs * call.heads);
    if (sequence >= call.columns) {
        return;
    }
    // Queries beyond the last are the last again, and not stored.
    let end = call.length - 1u;
    let query = min(2u * pair, end);
    let other = min(2u * pair + 1u, end);
    let lane = id.x % 4u;
    %S let last = min(8u * (pair / 4u) + 7u, end);
    %N let last = other;
    let d = call.inner;
    let first = id.z * call.rows + sequence * call.length;
    let keys = call.left + first * 3u * d + d + head * HEAD;
    let a_at = keys + query * 3u * d - d;
    let b_at = keys + other * 3u * d - d;
    %H let qa# = arena[a_at + #u] * call.scale;
    %H let qb# = arena[b_at + #u] * call.scale;
    %H var oa# = vec4<f32>();
    %H var ob# = vec4<f32>();
    var top = vec2<f32>(-1e30);
    var sum = vec2<f32>();
    for (var key = 0u; key <= last; key += 4u) {
        let four_keys = vec4<u32>(key) + vec4<u32>(0u, 1u, 2u, 3u);
        let k = keys + min(successive(key, 1u, lane), Four(last)) * 3u * d;
        var sa = vec4<f32>();
        var sb = vec4<f32>();
        %H let k# = same_four(k, #u); sa += qa# * k#; sb += qb# * k#;
        sa = select(vec4<f32>(-1e30), sa, four_keys <= vec4<u32>(query));
        sb = select(vec4<f32>(-1e30), sb, four_keys <= vec4<u32>(other));
        let next = max(top, vec2<f32>(largest(sa), largest(sb)));
        let shrink = exp(top - next);
        let wa = exp(sa - next.x);
        let wb = exp(sb - next.y);
        sum = sum * shrink + vec2<f32>(dot(wa, vec4<f32>(1.0)), dot(wb, vec4<f32>(1.0)));
        top = next;
        let v = k + d;
        %H let v# = same_four(v, #u); oa# = oa# * shrink.x + v# * wa; ob# = ob# * shrink.y + v# * wb;
    }
    if (2u * pair > end) {
        return;
    }
    let row = first + query;
    let to = call.out + row * d + head * HEAD;
    let log_to = call.other + row * ((call.heads + 3u) / 4u) + head / 4u;
    %H arena[to + #u] = oa# / sum.x;
    if (call.keep == 1u) {
        arena[log_to][head % 4u] = top.x + log(sum.x);
    }
    if (other > query) {
        %H arena[to + d + #u] = ob# / sum.y;
        if (call.keep == 1u) {
            arena[log_to + (call.heads + 3u) / 4u][head % 4u] = top.y + log(sum.y);
        }
    }
}
