// x[row] = embed[token[row]]; padding rows are zero. An invocation per vec4.
// list: tokens [p, real]; out: [p, rows, d]; columns: d / 4.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.x / call.columns;
    let column = id.x % call.columns;
    let member = id.z;
    if (row >= call.rows) {
        return;
    }
    var value = vec4<f32>();
    if (row < call.real) {
        let token = given[call.list + member * call.real + row];
        value = weights[member * call.parameters + call.weight + token * call.columns + column];
    }
    arena[call.out + (member * call.rows + row) * call.columns + column] = value;
}
