// Loss of a row and its gradient, which replaces the logits. A workgroup per row.
//   L = (1 - hard) T^2 KL(target || softmax(s / T)) - hard log softmax(s)[label]
//   dL/ds = (1 - hard) T (softmax(s / T) sum(target) - target) + hard (softmax(s) - onehot(label))
// Both times the row's weight. The target is one token, or a row of `table`: softmax(z / T). A row has every logit z, or
// pairs of a token and its z, and then the z that each of the other tokens has; what these have together is spread as the
// student spreads it.
// s at left: [p, rows, v]; loss and entropy of softmax(z) at out: a vec4 a row; gradient . s at dots.
// given, from list on, each [p, rows]: targets (tokens, or v and the first vec4 in `table`), labels, weights, and kinds: in
// the upper half the part of the table that has the target, of which only one is bound, in the lower how many tokens are
// shown, 0 where all are. constants from other on, a vec4 a member: T, hard. slots: v.

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

// Of a row that begins at `first`: number i of its pairs, or behind them (in x) what all other tokens have.
fn shown_pair(first: u32, i: u32) -> vec2<f32> {
    let four = table[first + i / 2u];
    return select(four.xy, four.zw, i % 2u == 1u);
}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let member = group.y;
    let row = member * call.rows + group.x;
    let all_rows = call.population * call.rows;
    let kind = given[call.list + 3u * all_rows + row];
    if (kind >> 16u != call.part) {
        return;
    }
    let shown = kind & 0xffffu;
    let goal = given[call.list + row];
    let label = given[call.list + all_rows + row];
    let weight = bitcast<f32>(given[call.list + 2u * all_rows + row]);
    let mixture = constants[call.other + member];
    let cold = 1.0 / mixture.x;
    let soft = goal >= call.slots;
    let columns = call.columns;
    let at = call.left + row * columns;
    let z_at = max(goal, call.slots) - call.slots;
    let rest = shown_pair(z_at, shown).x;

    var top = vec2<f32>(-3e38);
    for (var c = lane; c < columns; c += LANES) {
        top.x = max(top.x, largest(arena[at + c]));
        if (soft && shown == 0u) {
            top.y = max(top.y, largest(table[z_at + c]));
        }
    }
    if (shown > 0u) {
        top.y = rest;
        for (var i = lane; i < shown; i += LANES) {
            top.y = max(top.y, shown_pair(z_at, i).y);
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
        if (soft && shown == 0u) {
            let z = table[z_at + c] - top.y;
            sum.z += total(exp(z * cold));
            if (call.entropy == 1u) {
                let e = exp(z);
                extra.y += total(e);
                extra.z += total(select(vec4<f32>(), e * z, e > vec4<f32>()));
            }
        }
    }
    for (var i = lane; i < shown; i += LANES) {
        let pair = shown_pair(z_at, i);
        let token = u32(pair.x);
        let p = exp((pair.y - top.y) * cold);
        sum.z += p;
        sum.w += p;
        extra.x += exp((arena[at + token / 4u][token % 4u] - top.x) * cold);
    }
    if (shown > 0u && lane == 0u) {
        sum.z += f32(call.slots - shown) * exp((rest - top.y) * cold);
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
    if (shown > 0u) {
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
        var gap = vec4<f32>(ratio_log);
        if (shown > 0u) {
            wanted = q * ratio;
            for (var i = 0u; i < shown; i++) {
                let pair = shown_pair(z_at, i);
                let here = vec4<u32>(u32(pair.x)) == 4u * c + quad;
                let z = (pair.y - top.y) * cold;
                wanted = select(wanted, vec4<f32>(exp(z) / p_sum), here);
                gap = select(gap, z - p_log - (s * cold - q_log), here);
            }
        } else if (soft) {
            let z = (table[z_at + c] - top.y) * cold;
            wanted = exp(z) / p_sum;
            gap = z - p_log - (s * cold - q_log);
        }
        if (soft) {
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
