// Gradient of the last layer's output: out[position] = sum of the looked-at rows that are this position. An invocation
// per vec4. The rows' gradients at left: [p, k, d]; out: [p, rows, d]; columns: d / 4.
// list: where each position's part of `items` begins, [p rows + 1]; items: rows.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = id.x / call.columns;
    let column = id.x % call.columns;
    if (row >= call.rows) {
        return;
    }
    let position = id.z * call.rows + row;
    var sum = vec4<f32>();
    let end = given[call.list + position + 1u];
    for (var i = given[call.list + position]; i < end; i++) {
        sum += arena[call.left + given[call.items + i] * call.columns + column];
    }
    arena[call.out + position * call.columns + column] = sum;
}
