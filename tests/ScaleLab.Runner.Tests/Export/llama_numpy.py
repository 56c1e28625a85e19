"""Logits of a Llama in plain NumPy, float64, from config.json and model.safetensors alone.

usage: llama_numpy.py FOLDER < '[[ids of a window], ...]' > '[[[logits of a position], ...], ...]'
"""
import json
import struct
import sys

import numpy as np


def load(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"]).astype(np.float64)
    return tensors


def rms_norm(x, weight, eps):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps) * weight


def rotate(x, theta):
    length, half = x.shape[1], x.shape[2] // 2
    angle = np.arange(length)[:, None] * theta ** (-np.arange(half) / half)[None, :]
    cos, sin = np.cos(angle), np.sin(angle)
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)


def logits(config, w, tokens):
    heads, eps = config["num_attention_heads"], config["rms_norm_eps"]
    assert config["num_key_value_heads"] == heads and config["hidden_act"] == "silu"
    assert config["architectures"] == ["LlamaForCausalLM"] and config["model_type"] == "llama"
    length, width = len(tokens), config["hidden_size"]
    future = np.triu(np.full((length, length), -np.inf), 1)

    def split(x):  # (T, C) -> (H, T, hd)
        return x.reshape(length, heads, width // heads).transpose(1, 0, 2)

    x = w["model.embed_tokens.weight"][tokens]
    for layer in range(config["num_hidden_layers"]):
        def p(name):
            return w[f"model.layers.{layer}.{name}.weight"]

        h = rms_norm(x, p("input_layernorm"), eps)
        q = rotate(split(h @ p("self_attn.q_proj").T), config["rope_theta"])
        k = rotate(split(h @ p("self_attn.k_proj").T), config["rope_theta"])
        v = split(h @ p("self_attn.v_proj").T)
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(width // heads) + future
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = scores / scores.sum(-1, keepdims=True) @ v
        x = x + mixed.transpose(1, 0, 2).reshape(length, width) @ p("self_attn.o_proj").T

        h = rms_norm(x, p("post_attention_layernorm"), eps)
        gate = h @ p("mlp.gate_proj").T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ p("mlp.up_proj").T)) @ p("mlp.down_proj").T

    head = w["model.embed_tokens.weight"] if config["tie_word_embeddings"] else w["lm_head.weight"]
    return rms_norm(x, w["model.norm.weight"], eps) @ head.T


folder = sys.argv[1]
with open(f"{folder}/config.json") as file:
    config = json.load(file)
weights = load(f"{folder}/model.safetensors")
json.dump([logits(config, weights, np.array(window)).tolist() for window in json.load(sys.stdin)], sys.stdout)
