// Causal attention with a cache of keys and values: o = softmax(q k^T scale) v over what was read before, which is in the
// cache, and over what is read now, which joins it. An invocation per (sequence, head, position); it keeps its own key
// and value, and takes those of its neighbours from where the projection left them, so that none waits for another.
// query_key_value at left: [p, rows, 3d]; o at out: [p, rows, d]; the cache is bound in the place of the gradients:
// [p, sequences, most, 2d] at other, keys before values. given[items]: positions read before. inner: d / 4. columns:
// sequences. Four keys at a time, running maximum. Lines that begin with %H are repeated for the vec4s of a head.

fn largest(x: vec4<f32>) -> f32 {
    return max(max(x.x, x.y), max(x.z, x.w));
}

fn kept(at: vec4<u32>, k: u32) -> mat4x4<f32> {
    return mat4x4<f32>(gradients[at.x + k], gradients[at.y + k], gradients[at.z + k], gradients[at.w + k]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let position = id.x % call.length;
    let head = id.x / call.length % call.heads;
    let sequence = id.x / (call.length * call.heads);
    if (sequence >= call.columns) {
        return;
    }
    let d = call.inner;
    let before = given[call.items];
    let first = id.z * call.rows + sequence * call.length;
    let row = first + position;
    let own = call.left + row * 3u * d + head * HEAD;
    let cache = call.other + (id.z * call.columns + sequence) * call.most * 2u * d + head * HEAD;
    let mine = cache + (before + position) * 2u * d;
    %H gradients[mine + #u] = arena[own + d + #u];
    %H gradients[mine + d + #u] = arena[own + 2u * d + #u];

    %H let q# = arena[own + #u] * call.scale;
    %H var o# = vec4<f32>();
    var top = -1e30;
    var sum = 0.0;
    for (var key = 0u; key < before; key += 4u) {
        let keys = vec4<u32>(key) + vec4<u32>(0u, 1u, 2u, 3u);
        let at = cache + min(keys, vec4<u32>(before - 1u)) * 2u * d;
        var s = vec4<f32>();
        %H s += q# * kept(at, #u);
        s = select(vec4<f32>(-1e30), s, keys < vec4<u32>(before));
        let next = max(top, largest(s));
        let shrink = exp(top - next);
        let w = exp(s - next);
        sum = sum * shrink + dot(w, vec4<f32>(1.0));
        top = next;
        %H o# = o# * shrink + kept(at + d, #u) * w;
    }
    let now = call.left + first * 3u * d + d + head * HEAD;
    for (var key = 0u; key <= position; key += 4u) {
        let keys = vec4<u32>(key) + vec4<u32>(0u, 1u, 2u, 3u);
        let at = now + min(keys, vec4<u32>(position)) * 3u * d;
        var s = vec4<f32>();
        %H s += q# * four(at, #u);
        s = select(vec4<f32>(-1e30), s, keys <= vec4<u32>(position));
        let next = max(top, largest(s));
        let shrink = exp(top - next);
        let w = exp(s - next);
        sum = sum * shrink + dot(w, vec4<f32>(1.0));
        top = next;
        %H o# = o# * shrink + four(at + d, #u) * w;
    }
    let to = call.out + row * d + head * HEAD;
    %H arena[to + #u] = o# / sum;
}
