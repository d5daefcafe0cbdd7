// TensorFlow.js peer: eager ops, variableGrads, tf.train.adam plus decoupled decay.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { ADAMW, NORM_EPS, SIZES, ropeTables, studentInit, teacherInit, timeLoop } from './common.mjs';

function model(p, x, c, { d, L }, onehot, mask) {
  const { B, T, H, V } = c;
  const dh = d / H;
  const half = dh / 2;
  const { cos, sin } = ropeTables(T, half);
  const cs = tf.tensor(cos, [T, half]);
  const sn = tf.tensor(sin, [T, half]);
  const norm = (h, g) => tf.mul(tf.mul(h, tf.rsqrt(tf.add(tf.mean(tf.square(h), -1, true), NORM_EPS))), g);
  const heads = (h) => tf.transpose(tf.reshape(h, [B, T, H, dh]), [0, 2, 1, 3]);
  const rope = (h) => {
    const [a, b] = tf.split(h, 2, -1);
    return tf.concat([tf.sub(tf.mul(a, cs), tf.mul(b, sn)), tf.add(tf.mul(b, cs), tf.mul(a, sn))], -1);
  };
  const silu = (h) => tf.mul(h, tf.sigmoid(h));
  const emb = onehot ? tf.matMul(tf.oneHot(x, V).toFloat(), p.embed) : tf.gather(p.embed, x);
  let h = tf.reshape(emb, [B * T, d]);
  for (let l = 0; l < L; l++) {
    const n = `h${l}_`;
    const a = norm(h, p[n + 'norm1']);
    const q = rope(heads(tf.matMul(a, p[n + 'q'])));
    const k = rope(heads(tf.matMul(a, p[n + 'k'])));
    const v = heads(tf.matMul(a, p[n + 'v']));
    const w = tf.softmax(tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(dh)), mask));
    const att = tf.reshape(tf.transpose(tf.matMul(w, v), [0, 2, 1, 3]), [B * T, d]);
    h = tf.add(h, tf.matMul(att, p[n + 'o']));
    const f = norm(h, p[n + 'norm2']);
    h = tf.add(h, tf.matMul(tf.mul(silu(tf.matMul(f, p[n + 'gate'])), tf.matMul(f, p[n + 'up'])), p[n + 'down']));
  }
  return tf.matMul(norm(h, p.norm), p.head); // [B*T, V]
}

globalThis.bench = async function bench(o) {
  const { backend } = o;
  if (backend === 'wasm') {
    setWasmPaths('/wasm/');
    setThreadsCount(navigator.hardwareConcurrency);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start backend ${backend}`);
  await tf.ready();
  // The wasm backend has no UnsortedSegmentSum, so gather() has no gradient there.
  const onehot = backend === 'wasm';
  const c = SIZES[o.size];
  const hp = ADAMW;
  const kd = o.mode === 'kd';

  const mask = tf.tidy(() => {
    const m = new Float32Array(c.T * c.T);
    for (let i = 0; i < c.T; i++) for (let j = i + 1; j < c.T; j++) m[i * c.T + j] = -1e9;
    return tf.tensor(m, [c.T, c.T]);
  });
  const load = (w, variable) =>
    Object.fromEntries(Object.entries(w).map(([k, a]) => {
      const x = tf.tensor(a.data, a.shape);
      return [k, variable ? tf.variable(x, true, `s/${k}`) : x];
    }));
  const teacher = kd ? load(teacherInit(c), false) : null;
  const p = load(studentInit(c), true);
  const vars = Object.values(p);
  const opt = tf.train.adam(hp.lr, hp.b1, hp.b2, hp.eps);
  return timeLoop(o, c, async (b) => {
    const x = tf.tensor1d(b.x, 'int32');
    const loss = tf.tidy(() => {
      const target = kd
        ? tf.softmax(model(teacher, x, c, c.teacher, onehot, mask))
        : tf.oneHot(tf.tensor1d(b.y, 'int32'), c.V).toFloat();
      const { value, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(target, model(p, x, c, c.student, onehot, mask), undefined, undefined, tf.Reduction.MEAN),
        vars,
      );
      for (const w of vars) w.assign(tf.mul(w, 1 - hp.lr * hp.wd)); // decoupled decay (AdamW)
      opt.applyGradients(grads);
      return value;
    });
    const out = (await loss.data())[0];
    loss.dispose();
    x.dispose();
    return out;
  });
};
