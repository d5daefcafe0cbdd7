// Attention, backward. With P = exp(q k^T scale - log sum) and dS = P (do v^T - do . o):
//   dq = dS k scale, dk = dS^T q scale, dv = P^T do; then q and k are turned back by the rotary angle.
// An invocation per (sequence, head, position): first its dq over the keys before it, then its dk and dv over the
// queries after it, so every invocation has the same amount of work. Also the part of (gradient . value) of its head,
// for the norm before. q, k, v at left: [p, rows, 3d]; o at stream, do at residual: [p, rows, d]; logarithms at other;
// result at out: [p, rows, 3d].
// list: cosines and sines in `constants`. Lines that begin with %H are repeated for the vec4s of a head, with %P for
// half of them (# counts, ## is half a head further).

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let position = id.x % call.length;
    let head = id.x / call.length % call.heads;
    let sequence = id.x / (call.length * call.heads);
    if (sequence >= call.columns) {
        return;
    }
    let d = call.inner;
    let scale = call.scale;
    let first = id.z * call.rows + sequence * call.length;
    let row = first + position;
    let heads = (call.heads + 3u) / 4u;
    let logs = call.other + head / 4u;
    let part = head % 4u;
    let own = call.left + row * 3u * d + head * HEAD;
    let own_o = call.stream + row * d + head * HEAD;
    let own_e = call.residual + row * d + head * HEAD;
    %H let q# = arena[own + #u];
    %H let k# = arena[own + d + #u];
    %H let v# = arena[own + 2u * d + #u];
    %H let e# = arena[own_e + #u];
    %H var dq# = vec4<f32>();
    %H var dk# = vec4<f32>();
    %H var dv# = vec4<f32>();
    {
        var delta = 0.0;
        %H delta += dot(e#, arena[own_o + #u]);
        let log_sum = arena[logs + row * heads][part];
        var at = call.left + first * 3u * d + d + head * HEAD;
        for (var key = 0u; key <= position; key++) {
            %H let kk# = arena[at + #u];
            var s = 0.0;
            var dp = 0.0;
            %H s += dot(q#, kk#);
            %H dp += dot(e#, arena[at + d + #u]);
            let ds = exp(s * scale - log_sum) * (dp - delta);
            %H dq# += ds * kk#;
            at += 3u * d;
        }
    }
    for (var query = position; query < call.length; query++) {
        let source = first + query;
        let at = call.left + source * 3u * d + head * HEAD;
        let at_o = call.stream + source * d + head * HEAD;
        let at_e = call.residual + source * d + head * HEAD;
        %H let qq# = arena[at + #u];
        %H let ee# = arena[at_e + #u];
        var s = 0.0;
        var dp = 0.0;
        %H s += dot(qq#, k#);
        %H dp += dot(ee#, v# - arena[at_o + #u]);
        let p = exp(s * scale - arena[logs + source * heads][part]);
        let ds = p * dp;
        %H dv# += p * ee#;
        %H dk# += ds * qq#;
    }
    var along = 0.0;
    %H dq# *= scale;
    %H dk# *= scale;
    %H along += dot(dv#, v#);
    // The rotation does not change a scalar product: the turned pair gives what the projection's own would.
    %H along += dot(dq#, q#) + dot(dk#, k#);
    arena[call.dots + row * heads + head / 4u][part] = along;

    let to = call.out + row * 3u * d + head * HEAD;
    let angle = call.list + position * 2u * HALF;
    %P let c# = constants[angle + #u];
    %P let s# = constants[angle + HALF + #u];
    %P arena[to + #u] = dq# * c# + dq## * s#;
    %P arena[to + ##u] = dq## * c# - dq# * s#;
    %P arena[to + d + #u] = dk# * c# + dk## * s#;
    %P arena[to + d + ##u] = dk## * c# - dk# * s#;
    %H arena[to + 2u * d + #u] = dv#;
}
