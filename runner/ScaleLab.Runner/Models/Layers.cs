using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>
/// The layers between the matrix products. On a CPU they are our own kernels: torch's elementary operations there read and write memory once for
/// each step of a formula, and that took half of a small model's time. Elsewhere, and in float64 for checking, the same formulas in torch.
/// </summary>
internal static class Layers
{
    internal const double NormEpsilon = 1e-6;

    /// <summary>The residual stream after a block's answer, and its RMSNorm (Zhang and Sennrich 2019).</summary>
    /// <param name="x">The stream (R, C), float32 or float64.</param>
    /// <param name="delta">What is added to it, (R, C), in the type of the products; null for nothing.</param>
    /// <param name="gain">(C), of the stream's type.</param>
    /// <param name="type">Of the products, and of the norm returned.</param>
    public static (Tensor Stream, Tensor Normed) AddNorm(Tensor x, Tensor? delta, Tensor gain, ScalarType type)
    {
        if (HasKernels(x))
        {
            var both = Kernels.AddNorm.apply(x, delta!, gain, (float)NormEpsilon, type);
            return (both[0], both[1]);
        }

        x = delta is null ? x : x + delta;
        if (IsGpu(x))
        {
            return (x, Operators.RmsNorm(x, gain, NormEpsilon).to(type));
        }

        return (x, (x * x.square().mean([-1], keepdim: true).add(NormEpsilon).rsqrt() * gain).to(type));
    }

    /// <summary>Queries, keys and values of each head, the first two turned by their positions (Su et al. 2021; the halves convention of Llama).</summary>
    /// <param name="qkv">(B·T, 3·H·hd).</param>
    /// <param name="cos">(T, hd/2).</param>
    /// <param name="sin">(T, hd/2).</param>
    /// <param name="heads">H.</param>
    /// <returns>Three of (B·H, T, hd).</returns>
    public static (Tensor Q, Tensor K, Tensor V) Rotary(Tensor qkv, Tensor cos, Tensor sin, int heads)
    {
        if (HasKernels(qkv))
        {
            var three = Kernels.Rotary.apply(qkv, cos, sin, heads);
            return (three[0], three[1], three[2]);
        }

        var (length, width) = (cos.shape[0], 2 * cos.shape[1]);
        var parts = qkv.view(-1, length, 3, heads, width).permute(2, 0, 3, 1, 4).reshape(3, -1, length, width).unbind(0);
        return (Turn(parts[0]), Turn(parts[1]), parts[2]);

        // (a, b) → (a cos − b sin, b cos + a sin)
        Tensor Turn(Tensor x)
        {
            var halves = x.chunk(2, -1);
            return cat([(halves[0] * cos) - (halves[1] * sin), (halves[1] * cos) + (halves[0] * sin)], -1).to(x.dtype);
        }
    }

    /// <summary>Scores (BH, T, T) → weights: query t sees keys 0 … t.</summary>
    public static Tensor CausalSoftmax(Tensor scores)
    {
        if (HasKernels(scores))
        {
            return Kernels.CausalSoftmax.apply(scores);
        }

        var hidden = ones([scores.shape[^1], scores.shape[^1]], ScalarType.Bool, scores.device).triu(1);
        return F.softmax(scores.masked_fill(hidden, double.NegativeInfinity), -1);
    }

    /// <summary>Attention whose scores never reach memory (Dao et al. 2022); it divides them by √hd.</summary>
    /// <param name="q">(B·H, T, hd), as are keys and values.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="heads">H.</param>
    /// <param name="causal">Query t sees keys 0 … t.</param>
    /// <returns>(B, T, H·hd).</returns>
    public static Tensor FusedAttention(Tensor q, Tensor k, Tensor v, int heads, bool causal)
    {
        var (length, width) = (q.shape[1], q.shape[2]);
        return F.scaled_dot_product_attention(Apart(q), Apart(k), Apart(v), is_casual: causal).transpose(1, 2).reshape(-1, length, heads * width);

        Tensor Apart(Tensor t) => t.view(-1, heads, length, width);
    }

    /// <summary>Where attention is one kernel: on a GPU in bfloat16. In float32 its kernels round more than float32 asks for.</summary>
    public static bool HasFusedAttention(Device device, ScalarType products) => device.type == TorchSharp.DeviceType.CUDA && products == ScalarType.BFloat16;

    /// <summary>(R, 2F) → (R, F): silu(gate) · up (Shazeer 2020), gate and up side by side.</summary>
    public static Tensor SwiGlu(Tensor gateUp)
    {
        if (HasKernels(gateUp))
        {
            return Kernels.SwiGlu.apply(gateUp);
        }

        var halves = gateUp.chunk(2, -1);
        return F.silu(halves[0]) * halves[1];
    }

    /// <summary>Sum of the cross entropies in nats, of logits (R, V) and int64 targets (R); −100 is not counted.</summary>
    public static Tensor CrossEntropySum(Tensor logits, Tensor targets) => HasKernels(logits)
        ? Kernels.CrossEntropySum.apply(logits, targets)
        : F.cross_entropy(logits.dtype == ScalarType.BFloat16 ? logits.to(float32) : logits, targets, reduction: nn.Reduction.Sum);

    /// <summary>Rows (…, C) of a table (V, C), by int64 numbers (…).</summary>
    public static Tensor Embedding(Tensor table, Tensor ids) => IsGpu(table) ? Operators.Embedding(table, ids) : table.index_select(0, ids);

    private static bool IsGpu(Tensor x) => x.device_type == TorchSharp.DeviceType.CUDA;

    private static bool HasKernels(Tensor x) => x.device_type == TorchSharp.DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16;
}
