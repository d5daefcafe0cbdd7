// Per member, one workgroup: the loss and the mean entropy into the ring, and by how much clipping shrinks the
// gradient: min(1, limit / (norm + 1e-12)). rows' losses at left: [p, rows]; sums of squares at dots; the factor at
// out. real: rows that are not padding; list: where the step's numbers begin in `given`: [rate, 1/correction 1,
// 1/correction 2, ring slot]. constants[other]: beta1, beta2, epsilon, limit (0: none).

var<workgroup> parts: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let member = group.x;
    var sum = vec4<f32>();
    for (var i = lane; i < call.real; i += 64u) {
        sum += arena[call.left + member * call.rows + i];
    }
    for (var i = lane; i < call.dots_stride; i += 64u) {
        sum.z += dot(arena[call.dots + member * call.dots_stride + i], vec4<f32>(1.0));
    }
    parts[lane] = sum;
    workgroupBarrier();
    if (lane > 0u) {
        return;
    }
    for (var i = 1u; i < 64u; i++) {
        sum += parts[i];
    }
    let limit = constants[call.other].w;
    let factor = select(1.0, min(1.0, limit / (sqrt(sum.z) + 1e-12)), limit > 0.0);
    arena[call.out + member] = vec4<f32>(factor);
    let slot = (given[call.list + 3u] * call.population + member) * 2u;
    losses[slot] = sum.x;
    losses[slot + 1u] = sum.y / f32(call.real);
}
