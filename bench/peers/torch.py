"""Native reference only (not a browser peer): the same step in PyTorch eager on CPU.

Same seeded batches and initial weights as common.mjs, so its losses are the
numbers every browser peer has to reproduce.
"""
import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

SIZES = {
    "lesson": dict(V=320, T=32, B=64, H=4, teacher=(128, 4, 352), student=(64, 2, 192)),
    "S": dict(V=512, T=64, B=16, H=4, teacher=(128, 4, 352), student=(64, 2, 192)),
    "M": dict(V=1024, T=128, B=16, H=4, teacher=(256, 6, 704), student=(128, 4, 352)),
}


class Prng:
    """mulberry32, vectorised (its state is a counter)."""

    def __init__(self, seed):
        self.a = seed & 0xFFFFFFFF

    def take(self, n):
        i = np.arange(1, n + 1, dtype=np.uint64)
        a = ((self.a + i * 0x6D2B79F5) & 0xFFFFFFFF).astype(np.uint32)
        self.a = int(a[-1])
        t = (a ^ (a >> 15)) * (a | np.uint32(1))
        t ^= t + (t ^ (t >> 7)) * (t | np.uint32(61))
        return (t ^ (t >> 14)).astype(np.float64) / 4294967296.0


def params(V, arch, seed, head_std):
    d, L, ffn = arch
    s = 1 / math.sqrt(d)
    spec = [("embed", (V, d), 0.5)]
    for l in range(L):
        n = f"h{l}_"
        spec += [(n + "norm1", (d,), "one")] + [(n + k, (d, d), s) for k in "qkvo"] + [(n + "norm2", (d,), "one")]
        spec += [(n + "gate", (d, ffn), s), (n + "up", (d, ffn), s), (n + "down", (ffn, d), s / 2)]
    spec += [("norm", (d,), "one"), ("head", (d, V), head_std)]
    r = Prng(seed)
    out = {}
    for name, shape, std in spec:
        n = int(np.prod(shape))
        if std == "one":
            w = np.ones(n)
        elif std:
            u = r.take(2 * n)
            w = std * np.sqrt(-2 * np.log(1 - u[0::2])) * np.cos(2 * np.pi * u[1::2])
        else:
            w = np.zeros(n)
        out[name] = torch.tensor(w.astype(np.float32).reshape(shape))
    return out


def forward(p, x, c, arch):
    d, L, _ = arch
    B, T, H = c["B"], c["T"], c["H"]
    half = d // H // 2
    angle = torch.arange(T)[:, None] * 10000.0 ** (-torch.arange(half) / half)
    cos, sin = angle.cos(), angle.sin()
    norm = lambda h, g: h * torch.rsqrt((h * h).mean(-1, keepdim=True) + 1e-5) * g
    heads = lambda h: h.view(B, T, H, d // H).transpose(1, 2)

    def rope(h):
        a, b = h.split(half, -1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    h = p["embed"][x]
    for l in range(L):
        n = f"h{l}_"
        a = norm(h, p[n + "norm1"])
        q, k, v = rope(heads(a @ p[n + "q"])), rope(heads(a @ p[n + "k"])), heads(a @ p[n + "v"])
        h = h + F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, d) @ p[n + "o"]
        f = norm(h, p[n + "norm2"])
        h = h + (F.silu(f @ p[n + "gate"]) * (f @ p[n + "up"])) @ p[n + "down"]
    return norm(h, p["norm"]) @ p["head"]


def main():
    o = json.loads(sys.argv[1])
    c = SIZES[o["size"]]
    torch.set_num_threads(o.get("threads", 2))
    B, T, V = c["B"], c["T"], c["V"]
    kd = o["mode"] == "kd"
    teacher = params(V, c["teacher"], 11, 2 / math.sqrt(c["teacher"][0])) if kd else None
    student = {k: w.requires_grad_() for k, w in params(V, c["student"], 22, 0.02).items()}
    opt = torch.optim.AdamW(student.values(), lr=3e-4, betas=(0.9, 0.999), eps=1e-5, weight_decay=1e-4)
    r = Prng(o.get("seed", 1234))

    def batch():
        # per row: first token, then T next-tokens
        u = np.floor(r.take(B * (T + 1)) * V).astype(np.int64).reshape(B, T + 1)
        return torch.from_numpy(u[:, :-1].copy()), torch.from_numpy(u[:, 1:].copy())

    times, losses, cpu = [], [], []
    for _ in range(o["steps"]):
        t0, c0 = time.perf_counter(), time.process_time()
        x, y = batch()
        if kd:
            with torch.no_grad():
                target = torch.softmax(forward(teacher, x, c, c["teacher"]), -1).view(B * T, V)
        else:
            target = y.view(-1)
        loss = F.cross_entropy(forward(student, x, c, c["student"]).view(B * T, V), target)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
        times.append((time.perf_counter() - t0) * 1e3)
        cpu.append((time.process_time() - c0) * 1e3)
    half = len(times) // 2
    print(json.dumps(dict(times_ms=times, losses=losses, version=torch.__version__, cpu_ms_per_step=float(np.mean(cpu[half:])))))


main()
