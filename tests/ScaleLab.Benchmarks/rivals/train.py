"""Eager PyTorch, the way nanoGPT writes it: the model of LanguageModelShape, AdamW (foreach) and clipping. Prints tokens per CPU second.

usage: train.py WIDTH DEPTH HEADS FEED_FORWARD BATCH CONTEXT SECONDS Fp32|Bf16
"""
import math
import sys
import time

import torch
import torch.nn.functional as F

width, depth, heads, ff, batch, context = map(int, sys.argv[1:7])
seconds, bf16, vocabulary, head = float(sys.argv[7]), sys.argv[8] == "Bf16", 256, width // heads
torch.set_num_threads(1)
torch.manual_seed(1)


def matrix(deviation, *shape):
    return (torch.randn(*shape) * deviation).requires_grad_()


embedding = matrix(0.02, vocabulary, width)
blocks = [
    (torch.ones(width).requires_grad_(), matrix(width**-0.5, 3 * width, width), matrix(width**-0.5, width, width),
     torch.ones(width).requires_grad_(), matrix(width**-0.5, 2 * ff, width), matrix(ff**-0.5, width, ff))
    for _ in range(depth)
]
gain, output = torch.ones(width).requires_grad_(), matrix(width**-0.5, vocabulary, width)
parameters = [embedding, *(p for block in blocks for p in block), gain, output]
angles = torch.outer(torch.arange(context).float(), 10000.0 ** (-torch.arange(0, head, 2).float() / head))
cos, sin = angles.cos(), angles.sin()
mask = torch.full((context, context), float("-inf")).triu(1)


def norm(x, g):
    return x * (x * x).mean(-1, True).add(1e-6).rsqrt() * g


def rotate(x):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def loss(ids, targets):
    x = F.embedding(ids, embedding)
    for g1, qkv, out, g2, gate_up, down in blocks:
        q, k, v = F.linear(norm(x, g1), qkv).view(batch, context, 3, heads, head).permute(2, 0, 3, 1, 4)
        scores = torch.matmul(rotate(q), rotate(k).transpose(-2, -1)) * (1 / math.sqrt(head)) + mask
        mixed = torch.matmul(F.softmax(scores, -1), v)
        x = x + F.linear(mixed.transpose(1, 2).reshape(batch, context, width), out)
        gate, up = F.linear(norm(x, g2), gate_up).chunk(2, -1)
        x = x + F.linear(F.silu(gate) * up, down)
    return F.cross_entropy(F.linear(norm(x, gain), output).view(-1, vocabulary), targets.reshape(-1))


optimizer = torch.optim.AdamW(parameters, 1e-3, betas=(0.9, 0.95), weight_decay=0.1, foreach=True)
steps, start = 0, time.process_time()
warm = False
while time.process_time() - start < seconds:
    if not warm and time.process_time() - start > 1.5:
        warm, steps, start = True, 0, time.process_time()
    steps += 1
    ids = torch.randint(0, 64, (batch, context + 1))
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        value = loss(ids[:, :-1].contiguous(), ids[:, 1:].contiguous())
    value.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    value.item()
print(steps * batch * context / (time.process_time() - start))
