// jax-js peer: the whole training step (teacher forward, student forward,
// backward, AdamW) is one jit()ed function, the library's recommended form.
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { ADAMW, NORM_EPS, SIZES, ropeTables, studentInit, teacherInit, timeLoop } from './common.mjs';

const f32 = (o) => np.array(o.data).reshape(o.shape);
const ids = (a, shape) => np.array(a, { dtype: np.int32 }).reshape(shape);
const scalar = (x) => np.array(x, { dtype: np.float32 });
const load = (w) => Object.fromEntries(Object.entries(w).map(([k, o]) => [k, f32(o)]));

// Every jax-js function consumes its arguments; `.ref` keeps one for later.
function model(p, x, c, { d, L }) {
  const { B, T, H } = c;
  const half = d / H / 2;
  const { cos, sin } = ropeTables(T, half);
  const cs = np.array(cos).reshape([T, 1, half]);
  const sn = np.array(sin).reshape([T, 1, half]);
  const norm = (h, g) => {
    const ms = np.mean(np.square(h.ref), -1, { keepdims: true });
    return h.div(np.sqrt(ms.add(NORM_EPS))).mul(g);
  };
  const heads = (h) => h.reshape([B, T, H, d / H]);
  const rope = (h) => {
    const a = h.ref.slice([], [], [], [0, half]);
    const b = h.slice([], [], [], [half, 2 * half]);
    return np.concatenate([a.ref.mul(cs.ref).sub(b.ref.mul(sn.ref)), b.mul(cs.ref).add(a.mul(sn.ref))], -1);
  };
  let h = p.embed.slice(x).reshape([B, T, d]);
  for (let l = 0; l < L; l++) {
    const n = `h${l}_`;
    const a = norm(h.ref, p[n + 'norm1']);
    const q = rope(heads(np.dot(a.ref, p[n + 'q'])));
    const k = rope(heads(np.dot(a.ref, p[n + 'k'])));
    const v = heads(np.dot(a, p[n + 'v']));
    const att = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([B, T, d]);
    h = h.add(np.dot(att, p[n + 'o']));
    const f = norm(h.ref, p[n + 'norm2']);
    h = h.add(np.dot(nn.silu(np.dot(f.ref, p[n + 'gate'])).mul(np.dot(f, p[n + 'up'])), p[n + 'down']));
  }
  cs.dispose();
  sn.dispose();
  return np.dot(norm(h, p.norm), p.head); // [B, T, V]
}

globalThis.bench = async function bench(o) {
  const devs = await init();
  const dev = o.backend;
  if (!devs.includes(dev)) throw new Error(`jax-js has no ${dev} device here (${devs})`);
  defaultDevice(dev);
  const c = SIZES[o.size];
  const rows = c.B * c.T;
  const hp = ADAMW;
  const kd = o.mode === 'kd';

  const lossFn = (p, x, target) =>
    nn.logSoftmax(model(p, x, c, c.student)).mul(target).sum(-1).mul(-1 / rows).sum(); // not one flat sum: the wasm backend adds 5e5 floats one by one
  const stepFn = (p, m, v, t, teacher, x, y) => {
    let target;
    if (kd) {
      y.dispose();
      target = nn.softmax(model(teacher, x.ref, c, c.teacher));
    } else {
      tree.dispose(teacher);
      target = nn.oneHot(y, c.V).reshape([c.B, c.T, c.V]);
    }
    const [loss, g] = valueAndGrad(lossFn)(tree.ref(p), x, target);
    const t1 = t.add(1);
    const ic1 = np.exp(t1.ref.mul(Math.log(hp.b1))).mul(-1).add(1); // 1 - b1^t
    const ic2 = np.exp(t1.ref.mul(Math.log(hp.b2))).mul(-1).add(1);
    const np_ = {}, nm = {}, nv = {};
    for (const k of Object.keys(p)) {
      nm[k] = m[k].mul(hp.b1).add(g[k].ref.mul(1 - hp.b1));
      nv[k] = v[k].mul(hp.b2).add(np.square(g[k]).mul(1 - hp.b2));
      const upd = nm[k].ref.div(ic1.ref).div(np.sqrt(nv[k].ref.div(ic2.ref)).add(hp.eps));
      np_[k] = p[k].mul(1 - hp.lr * hp.wd).sub(upd.mul(hp.lr));
    }
    ic1.dispose();
    ic2.dispose();
    return [np_, nm, nv, t1, loss];
  };
  const step = jit(stepFn);

  const teacher = kd ? load(teacherInit(c)) : {};
  let p = load(studentInit(c));
  const zeros = () => Object.fromEntries(Object.entries(p).map(([k, a]) => [k, np.zeros(a.shape)]));
  let m = zeros(), v = zeros(), t = scalar(0);
  return timeLoop(o, c, async (b) => {
    let loss;
    [p, m, v, t, loss] = step(p, m, v, t, tree.ref(teacher), ids(b.x, [c.B, c.T]), ids(b.y, [c.B, c.T]));
    return (await loss.data())[0];
  });
};
