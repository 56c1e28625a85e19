"""PyTorch's half of the GPU benchmark: the model of LanguageModelShape, AdamW and clipping, as nanoGPT and nanochat write them.

usage: lm.py CASE DEVICE fp32|bf16 eager|compile SECONDS [STEPS]

CASE is a folder with case.json (shape, batch, optimiser), weights.bin (float32, tensor after tensor) and tokens.bin (int32, windows of context + 1
tokens in the order of training). Prints one line of JSON: the losses of the first steps, then tokens per second over SECONDS, with the seconds
that compiling took. With STEPS it trains so many and prints the seconds they took: a run of a sweep. Written for PyTorch 2.11; runs under 1.13.
"""
import contextlib
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

folder, device, precision, mode, seconds = *sys.argv[1:5], float(sys.argv[5])
wanted = int(sys.argv[6]) if len(sys.argv) > 6 else 0
with open(os.path.join(folder, "case.json")) as file:
    case = json.load(file)
vocabulary, context, width, depth, heads, ff = (case[k] for k in ("vocabulary", "context", "width", "depth", "heads", "feed_forward"))
batch, recorded, head = case["batch"], case["steps"], width // heads
cuda = device.startswith("cuda")
if cuda:
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
else:
    torch.set_num_threads(1)


class Norm(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.ones(width))

    def forward(self, x):
        if hasattr(F, "rms_norm"):
            return F.rms_norm(x, (width,), self.gain, 1e-6)
        return x * (x * x).mean(-1, True).add(1e-6).rsqrt() * self.gain


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.qkv, self.out = Norm(), torch.nn.Linear(width, 3 * width, bias=False), torch.nn.Linear(width, width, bias=False)
        self.norm2, self.gate_up, self.down = Norm(), torch.nn.Linear(width, 2 * ff, bias=False), torch.nn.Linear(ff, width, bias=False)

    def forward(self, x, cos, sin):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, heads, head).permute(2, 0, 3, 1, 4)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            hidden = torch.full((t, t), float("-inf"), device=x.device).triu(1)
            mixed = torch.matmul(F.softmax(torch.matmul(q, k.transpose(-2, -1)) * (1 / math.sqrt(head)) + hidden, -1).to(v.dtype), v)
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, width))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocabulary, width)
        self.blocks = torch.nn.ModuleList(Block() for _ in range(depth))
        self.norm, self.head = Norm(), torch.nn.Linear(width, vocabulary, bias=False)
        angle = torch.outer(torch.arange(context).double(), 10000.0 ** (-torch.arange(0, head, 2).double() / head))
        self.register_buffer("cos", angle.cos().float())
        self.register_buffer("sin", angle.sin().float())

    def forward(self, ids, targets):
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        return F.cross_entropy(self.head(self.norm(x)).float().view(-1, vocabulary), targets.reshape(-1))


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(x.dtype)


model = Model()
with torch.no_grad(), open(os.path.join(folder, "weights.bin"), "rb") as file:
    for p in model.parameters():
        p.copy_(torch.frombuffer(bytearray(file.read(4 * p.numel())), dtype=torch.float32).view_as(p))
model.to(device)
matrices = [p for m in model.modules() if isinstance(m, torch.nn.Linear) for p in m.parameters()]
vectors = [p for p in model.parameters() if not any(p is m for m in matrices)]
fast = {"fused": True} if cuda else {"foreach": True}
optimizer = torch.optim.AdamW(
    [{"params": matrices, "lr": case["matrix_lr"], "weight_decay": case["weight_decay"]}, {"params": vectors, "lr": case["vector_lr"], "weight_decay": 0.0}],
    betas=(case["beta1"], case["beta2"]), eps=case["epsilon"], **fast)
with open(os.path.join(folder, "tokens.bin"), "rb") as file:
    tokens = torch.frombuffer(bytearray(file.read()), dtype=torch.int32).long().view(recorded, batch, context + 1)
tokens = tokens.pin_memory() if cuda else tokens
run = torch.compile(model) if mode == "compile" else model
mixed_precision = torch.autocast("cuda" if cuda else "cpu", torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


def step(i):
    windows = tokens[i % recorded].to(device, non_blocking=True)
    with mixed_precision:
        loss = run(windows[:, :-1], windows[:, 1:])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), case["clip"])
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.detach()


def synchronize():
    if cuda:
        torch.cuda.synchronize()


begun = time.perf_counter()
losses = [step(0)]
synchronize()
compiling = time.perf_counter() - begun
if wanted:
    begun = time.perf_counter()
    for i in range(1, wanted):
        step(i)
    synchronize()
    print(json.dumps({"seconds": (time.perf_counter() - begun) * wanted / max(1, wanted - 1), "compile_seconds": compiling, "torch": torch.__version__}))
    sys.exit()
losses += [step(i) for i in range(1, recorded)]
losses = torch.stack(losses).double().tolist()
synchronize()
done, begun = 0, time.perf_counter()
while time.perf_counter() - begun < seconds:
    for _ in range(10):
        step(done)
        done += 1
    synchronize()
rate = done * batch * context / (time.perf_counter() - begun)
print(json.dumps({"losses": losses, "tokens_per_second": rate, "compile_seconds": compiling, "torch": torch.__version__}))
