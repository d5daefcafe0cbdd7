// The gradient, from its parts, and the sum of its squares per workgroup. Blocks of parameters in `constants` from
// other on, two vec4s each, one workgroup a block:
//   [first, count, kind, -] in vec4s of a member's parameters; kind 0: add the parts of a projection's gradient
//   kind 1, [shares, parts, width, -]: add the shares of a gain; kind 2: add the stream's gradient over a token's
//   positions.
// left: gradient of the embedded stream [p, rows, d], inner: d / 4; weight: embedding; dots: sums of squares,
// dots_stride vec4s a member. list: where the part of `items` begins of every (member, token), slots: tokens; items:
// rows.

var<workgroup> shared_sums: array<f32, 64>;

fn value_at(block: vec4<u32>, more: vec4<u32>, index: u32, member: u32) -> vec4<f32> {
    let at = member * call.parameters + index;
    var sum = vec4<f32>();
    if (block.z == 0u) {
        sum = gradients[at];
        for (var i = 1u; i < call.splits; i++) {
            sum += gradients[i * call.population * call.parameters + at];
        }
    } else if (block.z == 1u) {
        var source = more.x + member * more.y * more.z + index - block.x;
        for (var i = 0u; i < more.y; i++) {
            sum += arena[source];
            source += more.z;
        }
    } else {
        let token = (index - call.weight) / call.inner;
        let column = (index - call.weight) % call.inner;
        let start = call.list + member * call.slots + token;
        let end = given[start + 1u];
        for (var i = given[start]; i < end; i++) {
            sum += arena[call.left + given[call.items + i] * call.inner + column];
        }
    }
    return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let block = bitcast<vec4<u32>>(constants[call.other + 2u * group.x]);
    let more = bitcast<vec4<u32>>(constants[call.other + 2u * group.x + 1u]);
    let member = group.y;
    var squares = 0.0;
    for (var i = lane; i < block.y; i += 64u) {
        let value = value_at(block, more, block.x + i, member);
        gradients[member * call.parameters + block.x + i] = value;
        squares += dot(value, value);
    }
    shared_sums[lane] = squares;
    workgroupBarrier();
    if (lane == 0u) {
        var sum = 0.0;
        for (var i = 0u; i < 64u; i++) {
            sum += shared_sums[i];
        }
        arena[call.dots + member * call.dots_stride + group.x / 4u][group.x % 4u] = sum;
    }
}
