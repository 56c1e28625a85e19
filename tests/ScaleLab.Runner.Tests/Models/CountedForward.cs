using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Tests.Models;

/// <summary>The model once more, written plainly from its definition, and counting every matrix product from the tensors that enter it.</summary>
internal sealed class CountedForward(LanguageModelShape shape, ParameterSet parameters)
{
    /// <summary>2·m·k·n of every product, attention at its causal half.</summary>
    public double ForwardFlops { get; private set; }

    /// <summary>The same for the products of the backward pass: one for each operand that wants a gradient.</summary>
    public double BackwardFlops { get; private set; }

    /// <summary>The residual stream after the table and after each block, (B, T, C).</summary>
    public List<Tensor> Stream { get; } = [];

    public Tensor Logits(Tensor tokens)
    {
        var (batch, length) = (tokens.shape[0], tokens.shape[1]);
        var x = parameters["embedding"].index_select(0, tokens.reshape(-1)).view(batch, length, -1);
        Stream.Add(x);
        for (var l = 0; l < shape.Depth; l++)
        {
            var normal = Norm(x, parameters[$"blocks.{l}.attention.norm"]);
            var qkv = Product(normal, parameters[$"blocks.{l}.attention.qkv"]).chunk(3, -1);
            var (q, k, v) = (Rotate(Heads(qkv[0])), Rotate(Heads(qkv[1])), Heads(qkv[2]));
            var scores = Product(q, k, share: 0.5) / Math.Sqrt(shape.HeadWidth);
            var hidden = ones([length, length]).triu(1).to(@bool);
            var weights = scores.masked_fill(hidden, double.NegativeInfinity).softmax(-1);
            var mixed = Product(weights, v.transpose(-1, -2), share: 0.5);
            x = x + Product(mixed.transpose(1, 2).reshape(batch, length, -1), parameters[$"blocks.{l}.attention.out"]);

            normal = Norm(x, parameters[$"blocks.{l}.mlp.norm"]);
            var gateUp = Product(normal, parameters[$"blocks.{l}.mlp.gate_up"]).chunk(2, -1);
            x = x + Product(gateUp[0] * gateUp[0].sigmoid() * gateUp[1], parameters[$"blocks.{l}.mlp.down"]);
            Stream.Add(x);
        }

        return Product(Norm(x, parameters["norm"]), parameters[shape.Tied ? "embedding" : "head"]) * (shape.Tied ? 16.0 / shape.Width : 1);
    }

    // a bᵀ over the last axis.
    private Tensor Product(Tensor a, Tensor b, double share = 1)
    {
        var result = b.dim() == 2 ? F.linear(a, b) : einsum("bhik,bhjk->bhij", a, b);
        var flops = share * 2.0 * result.numel() * a.shape[^1];
        ForwardFlops += flops;
        BackwardFlops += flops * ((a.requires_grad ? 1 : 0) + (b.requires_grad ? 1 : 0));
        return result;
    }

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], shape.Heads, shape.HeadWidth).transpose(1, 2); // (B, H, T, hd)

    private Tensor Rotate(Tensor x)
    {
        var half = shape.HeadWidth / 2;
        var rate = pow(10_000.0, arange(half, dtype: x.dtype) * (-1.0 / half));
        var angle = outer(arange(x.shape[2], dtype: x.dtype), rate); // (T, hd/2)
        var (a, b) = (x.narrow(3, 0, half), x.narrow(3, half, half));
        return cat([(a * angle.cos()) - (b * angle.sin()), (b * angle.cos()) + (a * angle.sin())], -1);
    }

    private static Tensor Norm(Tensor x, Tensor gain) => x / (x.square().mean([-1], keepdim: true) + 1e-6).sqrt() * gain;
}
