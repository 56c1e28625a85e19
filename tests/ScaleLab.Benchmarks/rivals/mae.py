"""PyTorch: the masked autoencoder of MaeShape, AdamW (foreach, or fused on a GPU) and clipping. Prints images per CPU second.

usage: mae.py WIDTH DEPTH HEADS DECODER_WIDTH DECODER_DEPTH DECODER_HEADS BATCH SECONDS [DEVICE fp32|bf16 eager|compile]

With a device it prints a line of JSON with images per second of wall time, without what compiling takes.
"""
import contextlib
import json
import sys
import time

import torch
import torch.nn.functional as F

width, depth, heads, d_width, d_depth, d_heads, batch = map(int, sys.argv[1:8])
seconds, size, patch, channels = float(sys.argv[8]), 32, 4, 3
device, precision, mode = sys.argv[9:12] if len(sys.argv) > 9 else ("cpu", "fp32", "eager")
cuda, by_wall = device.startswith("cuda"), len(sys.argv) > 9
if not cuda:
    torch.set_num_threads(1)
torch.manual_seed(1)
patches, volume = (size // patch) ** 2, channels * patch * patch
keep = patches // 4


class Block(torch.nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h, self.norm1, self.norm2 = h, torch.nn.LayerNorm(d, 1e-6), torch.nn.LayerNorm(d, 1e-6)
        self.qkv, self.proj = torch.nn.Linear(d, 3 * d), torch.nn.Linear(d, d)
        self.fc1, self.fc2 = torch.nn.Linear(d, 4 * d), torch.nn.Linear(4 * d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        if cuda:
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            mixed = torch.matmul(F.softmax(torch.matmul(q, k.transpose(-2, -1)) * (d // self.h) ** -0.5, -1), v)
        x = x + self.proj(mixed.transpose(1, 2).reshape(b, t, d))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Mae(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Linear(volume, width)
        self.cls = torch.nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.encoder = torch.nn.Sequential(*[Block(width, heads) for _ in range(depth)], torch.nn.LayerNorm(width, 1e-6))
        self.down = torch.nn.Linear(width, d_width)
        self.mask = torch.nn.Parameter(torch.randn(1, 1, d_width) * 0.02)
        self.decoder = torch.nn.Sequential(*[Block(d_width, d_heads) for _ in range(d_depth)], torch.nn.LayerNorm(d_width, 1e-6))
        self.pixels = torch.nn.Linear(d_width, volume)
        self.register_buffer("pos", torch.randn(1, patches, width))
        self.register_buffer("d_pos", torch.randn(1, patches + 1, d_width))

    def forward(self, images):
        g = size // patch
        x = images.view(batch, channels, g, patch, g, patch).permute(0, 2, 4, 1, 3, 5).reshape(batch, patches, volume)
        order = torch.rand(batch, patches, device=images.device).argsort(1)
        restore, visible = order.argsort(1), order[:, :keep]
        tokens = self.embed(x) + self.pos
        tokens = torch.gather(tokens, 1, visible.unsqueeze(-1).expand(-1, -1, width))
        y = self.down(self.encoder(torch.cat([self.cls.expand(batch, -1, -1), tokens], 1)))
        full = torch.cat([y[:, 1:], self.mask.expand(batch, patches - keep, -1)], 1)
        full = torch.gather(full, 1, restore.unsqueeze(-1).expand(-1, -1, d_width))
        predicted = self.pixels(self.decoder(torch.cat([y[:, :1], full], 1) + self.d_pos))[:, 1:]
        hidden = (restore >= keep).float()
        return (((predicted - x) ** 2).mean(-1) * hidden).sum() / hidden.sum()


model = Mae().to(device)
run = torch.compile(model) if mode == "compile" else model
fast = {"fused": True} if cuda else {"foreach": True}
optimizer = torch.optim.AdamW(model.parameters(), 1e-3, betas=(0.9, 0.95), weight_decay=0.05, **fast)
images = torch.randn(batch, channels, size, size, device=device)
mixed_precision = torch.autocast("cuda" if cuda else "cpu", torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


def now():
    if cuda:
        torch.cuda.synchronize()
    return time.perf_counter() if by_wall else time.process_time()


def step():
    with mixed_precision:
        loss = run(images)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss


step()
steps, start, warm = 0, now(), False
while now() - start < seconds:
    if not warm and now() - start > 1:
        warm, steps, start = True, 0, now()
    for _ in range(10 if cuda else 1):
        steps += 1
        loss = step()
    loss.item()
rate = steps * batch / (now() - start)
print(json.dumps({"images_per_second": rate}) if by_wall else rate)
