// AdamW on every parameter of every member, a vec4 an invocation; out: the clipping factors; list and other as in
// finish.wgsl, and constants[other + 1].x: weight decay. moments: first moments [p, parameters], then second moments.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= call.parameters) {
        return;
    }
    let at = id.y * call.parameters + id.x;
    let second = call.population * call.parameters;
    let rate = bitcast<f32>(given[call.list]);
    let settings = constants[call.other];
    let gradient = gradients[at] * arena[call.out + id.y].x;
    let m = settings.x * moments[at] + (1.0 - settings.x) * gradient;
    let v = settings.y * moments[second + at] + (1.0 - settings.y) * gradient * gradient;
    moments[at] = m;
    moments[second + at] = v;
    let m_hat = m * bitcast<f32>(given[call.list + 1u]);
    let v_hat = v * bitcast<f32>(given[call.list + 2u]);
    let decayed = weights[at] * (1.0 - rate * constants[call.other + 1u].x);
    weights[at] = decayed - rate * m_hat / (sqrt(v_hat) + settings.z);
}
