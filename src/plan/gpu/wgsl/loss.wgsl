// Loss of a row and its gradient, which replaces the logits. A workgroup per row.
//   L = (1 - hard) T^2 KL(target || softmax(s / T)) - hard log softmax(s)[label]
//   dL/ds = (1 - hard) T (softmax(s / T) sum(target) - target) + hard (softmax(s) - onehot(label))
// Both times the row's weight. The target is one token, or a row of `table`: softmax(z / T), where the student's own
// shape fills the tail of hidden tokens.
// s at left: [p, rows, v]; loss and entropy of softmax(z) at out: a vec4 a row; gradient . s at dots.
// given, from list on, each [p, rows]: targets, labels, weights. constants from other on, a vec4 a member: T, hard.
// items: where the hidden bits begin in `table`; length: words of them in a row. slots: v.

const LANES = 16u;

var<workgroup> tops: array<vec2<f32>, LANES>;
var<workgroup> sums: array<vec4<f32>, LANES>;
var<workgroup> more: array<vec4<f32>, LANES>;
var<workgroup> ends: array<vec2<f32>, LANES>;

fn total(x: vec4<f32>) -> f32 {
    return dot(x, vec4<f32>(1.0));
}

fn largest(x: vec4<f32>) -> f32 {
    return max(max(x.x, x.y), max(x.z, x.w));
}

// Which tokens of a quad are hidden in a row of the table.
fn hidden(row: u32, quad: u32) -> vec4<bool> {
    if (call.hidden == 0u) {
        return vec4<bool>(false);
    }
    let word = row * call.length + quad / 8u;
    let bits = bitcast<u32>(table[call.items + word / 4u][word % 4u]) >> (quad % 8u * 4u);
    return (vec4<u32>(bits) & vec4<u32>(1u, 2u, 4u, 8u)) != vec4<u32>(0u);
}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let member = group.y;
    let row = member * call.rows + group.x;
    let all_rows = call.population * call.rows;
    let goal = given[call.list + row];
    let label = given[call.list + all_rows + row];
    let weight = bitcast<f32>(given[call.list + 2u * all_rows + row]);
    let mixture = constants[call.other + member];
    let cold = 1.0 / mixture.x;
    let soft = goal >= call.slots;
    let columns = call.columns;
    let at = call.left + row * columns;
    let table_row = max(goal, call.slots) - call.slots;
    let z_at = table_row * columns;

    var top = vec2<f32>(-3e38);
    for (var c = lane; c < columns; c += LANES) {
        top.x = max(top.x, largest(arena[at + c]));
        if (soft) {
            top.y = max(top.y, largest(table[z_at + c]));
        }
    }
    tops[lane] = top;
    workgroupBarrier();
    for (var i = 0u; i < LANES; i++) {
        top = max(top, tops[i]);
    }

    // softmax(s / T), softmax(s), softmax(z / T), its part that is shown; the same part of softmax(s / T); for the
    // entropy.
    var sum = vec4<f32>();
    var extra = vec4<f32>();
    for (var c = lane; c < columns; c += LANES) {
        let s = arena[at + c] - top.x;
        let q = exp(s * cold);
        sum.x += total(q);
        if (mixture.y > 0.0) {
            sum.y += total(exp(s));
        }
        if (soft) {
            let z = table[z_at + c] - top.y;
            let p = exp(z * cold);
            sum.z += total(p);
            if (call.hidden == 1u) {
                let away = hidden(table_row, c);
                sum.w += total(select(p, vec4<f32>(), away));
                extra.x += total(select(q, vec4<f32>(), away));
            }
            if (call.entropy == 1u) {
                let e = exp(z);
                extra.y += total(e);
                extra.z += total(select(vec4<f32>(), e * z, e > vec4<f32>()));
            }
        }
    }
    sums[lane] = sum;
    more[lane] = extra;
    // Read before another lane replaces them.
    let label_s = arena[at + label / 4u][label % 4u] - top.x;
    let goal_s = arena[at + min(goal, call.slots - 1u) / 4u][goal % 4u] - top.x;
    workgroupBarrier();
    sum = vec4<f32>();
    extra = vec4<f32>();
    for (var i = 0u; i < LANES; i++) {
        sum += sums[i];
        extra += more[i];
    }
    let q_log = log(sum.x);
    let p_log = log(max(sum.z, 1e-30));
    let p_sum = max(sum.z, 1e-30);
    var ratio = 1.0;
    var mass = 1.0;
    if (call.hidden == 1u && soft) {
        let shown_p = sum.w / p_sum;
        let shown_q = extra.x / sum.x;
        ratio = max(1e-9, 1.0 - shown_p) / max(1e-9, 1.0 - shown_q);
        mass = shown_p + (sum.x - extra.x) / sum.x * ratio;
    }
    let ratio_log = log(ratio);
    let hard_sum = max(sum.y, 1e-30);
    let soft_scale = weight * (1.0 - mixture.y) * mixture.x;
    let hard_scale = weight * mixture.y;
    let quad = vec4<u32>(0u, 1u, 2u, 3u);

    var divergence = 0.0;
    var product = 0.0;
    for (var c = lane; c < columns; c += LANES) {
        let raw = arena[at + c];
        let s = raw - top.x;
        let q = exp(s * cold) / sum.x;
        var wanted = select(vec4<f32>(), vec4<f32>(1.0), vec4<u32>(goal) == 4u * c + quad);
        if (soft) {
            let z = (table[z_at + c] - top.y) * cold;
            wanted = exp(z) / p_sum;
            var gap = z - p_log - (s * cold - q_log);
            if (call.hidden == 1u) {
                let away = hidden(table_row, c);
                wanted = select(wanted, q * ratio, away);
                gap = select(gap, vec4<f32>(ratio_log), away);
            }
            divergence += total(select(vec4<f32>(), wanted * gap, wanted > vec4<f32>()));
        }
        let said = select(vec4<f32>(), vec4<f32>(1.0), vec4<u32>(label) == 4u * c + quad);
        var gradient = soft_scale * (q * mass - wanted);
        if (mixture.y > 0.0) {
            gradient += hard_scale * (exp(s) / hard_sum - said);
        }
        arena[at + c] = gradient;
        // Relative to the top: the gradient of a row sums to almost nothing, and large logits would cancel badly.
        product += dot(gradient, s);
    }
    ends[lane] = vec2<f32>(divergence, product);
    workgroupBarrier();
    if (lane == 0u) {
        var end = vec2<f32>();
        for (var i = 0u; i < LANES; i++) {
            end += ends[i];
        }
        let kl = select(q_log - goal_s * cold, end.x, soft);
        let loss = soft_scale * mixture.x * kl + hard_scale * (log(hard_sum) - label_s);
        var entropy = 0.0;
        if (call.entropy == 1u && soft) {
            entropy = log(extra.y) - extra.z / extra.y;
        }
        arena[call.out + row] = vec4<f32>(loss, entropy, 0.0, 0.0);
        arena[call.dots + row] = vec4<f32>(end.y, 0.0, 0.0, 0.0);
    }
}
