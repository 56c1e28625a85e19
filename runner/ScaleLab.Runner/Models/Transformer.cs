using ScaleLab.Contracts.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>Pre-norm blocks of full attention (Dosovitskiy et al. 2021; Vaswani et al. 2017) and a last norm: encoders, decoders and predictors.</summary>
internal sealed class Transformer
{
    private readonly TransformerBody _body;
    private readonly Block[] _blocks;
    private readonly Norm _norm;
    private readonly bool _recompute;

    /// <param name="set">Takes the weights.</param>
    /// <param name="prefix">Before the names: <c>encoder</c>.</param>
    /// <param name="body">Width, depth and heads.</param>
    /// <param name="initializer">Draws the weights.</param>
    /// <param name="scales">The width is the model's.</param>
    public Transformer(ParameterSet set, string prefix, TransformerBody body, Initializer initializer, bool scales)
    {
        (_body, _recompute) = (body, initializer.Recompute);
        long width = body.Width;
        Dense Dense(string name, long inputs, long outputs) => new(set, name, inputs, outputs, initializer, scales: scales);
        _blocks = [.. Enumerable.Range(0, body.Depth).Select(l => $"{prefix}.blocks.{l}").Select(b => new Block(
            new Norm(set, $"{b}.norm1", width, initializer),
            Dense($"{b}.attn.qkv", width, 3 * width),
            Dense($"{b}.attn.proj", width, width),
            new Norm(set, $"{b}.norm2", width, initializer),
            Dense($"{b}.mlp.fc1", width, TransformerBody.MlpRatio * width),
            Dense($"{b}.mlp.fc2", TransformerBody.MlpRatio * width, width)))];
        _norm = new Norm(set, $"{prefix}.norm", width, initializer);
    }

    /// <param name="x">Tokens (B, T, C), in the type of the weights.</param>
    /// <returns>(B, T, C), normed.</returns>
    public Tensor Run(Tensor x) => _norm.Apply(Stream(x));

    /// <summary>The same before the last norm.</summary>
    /// <param name="x">Tokens (B, T, C), in the type of the weights.</param>
    /// <param name="attended">Told where the last block looks: (B, H, T, T), a row for each query.</param>
    public Tensor Stream(Tensor x, Action<Tensor>? attended = null)
    {
        foreach (var block in _blocks)
        {
            var look = block == _blocks[^1] ? attended : null;

            // Without a gradient, as in a teacher, nothing is kept anyway.
            x = _recompute && x.requires_grad ? Recomputed.Run(stream => Run(block, stream, look), x) : Run(block, x, look);
        }

        return x;
    }

    private Tensor Run(Block block, Tensor x, Action<Tensor>? attended)
    {
        x = x + block.Out.Apply(Attention(block.Qkv.Apply(block.Norm1.Apply(x)), attended));
        return x + block.Down.Apply(F.gelu(block.Up.Apply(block.Norm2.Apply(x))));
    }

    private Tensor Attention(Tensor qkv, Action<Tensor>? attended)
    {
        var (batch, length, head) = (qkv.shape[0], qkv.shape[1], _body.Width / _body.Heads);
        var parts = qkv.view(batch, length, 3, _body.Heads, head).permute(2, 0, 3, 1, 4).reshape(3, batch * _body.Heads, length, head).unbind(0); // (BH, T, hd) each
        if (attended is null && Layers.HasFusedAttention(qkv.device, qkv.dtype))
        {
            return Layers.FusedAttention(parts[0], parts[1], parts[2], _body.Heads, causal: false);
        }

        var scores = Products.Batched(parts[0] * (1 / Math.Sqrt(head)), parts[1].transpose(1, 2));
        var weights = F.softmax(scores, -1);
        attended?.Invoke(weights.view(batch, _body.Heads, length, length));
        var mixed = Products.Batched(weights, parts[2]);
        return mixed.view(batch, _body.Heads, length, head).transpose(1, 2).reshape(batch, length, _body.Width);
    }

    private sealed record Block(Norm Norm1, Dense Qkv, Dense Out, Norm Norm2, Dense Up, Dense Down);
}
