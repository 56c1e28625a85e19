using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>A decoder-only transformer (<see cref="LanguageModelShape"/>) as functions over a <see cref="ParameterSet"/>.</summary>
internal sealed class LanguageModel : IDisposable
{
    internal const double NormEpsilon = 1e-6;
    internal const double RopeBase = 10_000;

    private readonly LanguageModelShape _shape;
    private readonly ScalarType _matmulType;
    private readonly Block[] _blocks;
    private readonly Tensor _embedding;
    private readonly Tensor _norm;
    private readonly Tensor _head;
    private readonly double _headScale;

    // Constants of the positions: cos (T, hd), signed sin (T, hd), causal mask (1, T, T).
    private readonly Tensor _cos;
    private readonly Tensor _sin;
    private readonly Tensor _mask;

    /// <param name="shape">The model.</param>
    /// <param name="seed">Of the initial weights, drawn on the CPU whatever the device.</param>
    /// <param name="device">Where everything lives.</param>
    /// <param name="type">Of weights and activations: float32, or float64 for checking gradients.</param>
    /// <param name="precision">Bf16 casts the operands of matrix products; sums, norms and softmax stay in <paramref name="type"/>.</param>
    public LanguageModel(LanguageModelShape shape, int seed, Device device, ScalarType type = ScalarType.Float32, Precision precision = Precision.Fp32)
    {
        _shape = shape;
        _matmulType = precision == Precision.Bf16 ? ScalarType.BFloat16 : type;
        using var scope = NewDisposeScope();
        using var random = new Generator((ulong)seed, CPU);
        Tensor Normal(double deviation, long rows, long columns) => (randn([rows, columns], generator: random) * deviation).to(type, device);
        Tensor Add(string name, ParameterKind kind, Tensor value) => Parameters.Add(name, kind, value);

        long width = shape.Width;
        var fanIn = 1 / Math.Sqrt(width);
        // The projections that write to the residual stream shrink with depth (Radford et al. 2019), so that its variance does not grow.
        var residual = 1 / Math.Sqrt(2 * shape.Depth);
        Tensor Gain(string name) => Add(name, ParameterKind.Gain, ones([width], type, device));

        _embedding = Add("embedding", ParameterKind.Embedding, Normal(EmbeddingDeviation, shape.Vocabulary, width));
        _blocks = [.. Enumerable.Range(0, shape.Depth).Select(l => new Block(
            Gain($"blocks.{l}.attention.norm"),
            Add($"blocks.{l}.attention.qkv", ParameterKind.Matrix, Normal(fanIn, 3 * width, width)),
            Add($"blocks.{l}.attention.out", ParameterKind.Matrix, Normal(fanIn * residual, width, width)),
            Gain($"blocks.{l}.mlp.norm"),
            Add($"blocks.{l}.mlp.gate_up", ParameterKind.Matrix, Normal(fanIn, 2L * shape.FeedForward, width)),
            Add($"blocks.{l}.mlp.down", ParameterKind.Matrix, Normal(residual / Math.Sqrt(shape.FeedForward), width, shape.FeedForward))))];
        _norm = Gain("norm");
        // A head of zeros starts at the uniform distribution, loss ln V, at every width (Yang et al. 2022, D.2).
        _head = shape.Tied ? _embedding : Add("head", ParameterKind.Head, zeros([shape.Vocabulary, width], type, device));
        _headScale = HeadScale(shape);

        var frequency = pow(tensor(RopeBase, ScalarType.Float64), arange(0, shape.HeadWidth, 2, ScalarType.Float64) / -shape.HeadWidth);
        var angle = outer(arange(shape.Context, dtype: ScalarType.Float64), frequency); // (T, hd/2)
        Tensor Keep(Tensor t) => t.to(type, device).DetachFromDisposeScope();
        // Queries and keys are both rotated, so each takes the root of attention's 1/√hd.
        var scale = Math.Pow(shape.HeadWidth, -0.25);
        _cos = Keep(cat([angle.cos(), angle.cos()], -1) * scale);
        _sin = Keep(cat([-angle.sin(), angle.sin()], -1) * scale);
        _mask = Keep(full([1, shape.Context, shape.Context], double.NegativeInfinity, ScalarType.Float64).triu(1));
    }

    /// <summary>Standard deviation of the input table; constant over widths, as its rows are read one at a time.</summary>
    internal const double EmbeddingDeviation = 0.1;

    /// <summary>
    /// What the logits are multiplied by. A tied table is drawn and learns as an input does, at every width alike, so the 1/width of an output
    /// (Yang et al. 2022, table 8) is left to its logits.
    /// </summary>
    internal static double HeadScale(LanguageModelShape shape) => shape.Tied ? 16.0 / shape.Width : 1;

    public ParameterSet Parameters { get; } = new();

    /// <summary>Sum of the cross entropies in nats.</summary>
    /// <param name="tokens">Int64 (B, T).</param>
    /// <param name="targets">Int64 (B, T); −100 is not counted.</param>
    public Tensor LossSum(Tensor tokens, Tensor targets) =>
        F.cross_entropy(Logits(tokens).view(-1, _shape.Vocabulary).to(_embedding.dtype), targets.reshape(-1), reduction: nn.Reduction.Sum);

    /// <param name="tokens">Int64 (B, T), T at most the context.</param>
    /// <returns>(B, T, V).</returns>
    public Tensor Logits(Tensor tokens)
    {
        var (batch, length) = (tokens.shape[0], tokens.shape[1]);
        var x = _embedding.index_select(0, tokens.reshape(-1)).view(batch, length, _shape.Width); // (B, T, C)
        foreach (var block in _blocks)
        {
            x = x + Attention(Normalize(x), block);
            var gateUp = Linear(Normalize(x), block.GateUp * block.MlpNorm).chunk(2, -1); // 2 × (B, T, F)
            x = x + Linear(F.silu(gateUp[0]) * gateUp[1], block.Down);
        }

        return Linear(Normalize(x), _head * (_headScale == 1 ? _norm : _norm * _headScale));
    }

    public void Dispose()
    {
        Parameters.Dispose();
        _cos.Dispose();
        _sin.Dispose();
        _mask.Dispose();
    }

    private Tensor Attention(Tensor x, Block block)
    {
        var (batch, length, heads, width) = (x.shape[0], x.shape[1], _shape.Heads, _shape.HeadWidth);
        var qkv = Linear(x, block.Qkv * block.AttentionNorm).view(batch, length, 3, heads, width).permute(2, 0, 3, 1, 4).contiguous(); // (3, B, H, T, hd)
        // Splitting leaves one concatenation to the backward pass, where indexing would leave a sum of padded copies.
        var parts = qkv.split([2, 1], 0);
        var rotated = Rotate(parts[0], length).to(_matmulType).view(2, batch * heads, length, width).unbind(0);
        var (q, k) = (rotated[0], rotated[1]);
        var v = parts[1].view(batch * heads, length, width).to(_matmulType);

        // bmm and softmax are the quicker attention on a CPU at these lengths.
        var mask = length == _shape.Context ? _mask : _mask.narrow(1, 0, length).narrow(2, 0, length);
        var scores = bmm(q, k.transpose(1, 2)).to(mask.dtype).add_(mask); // (BH, T, T)
        var mixed = bmm(F.softmax(scores, -1).to(_matmulType), v); // (BH, T, hd)
        return Linear(mixed.view(batch, heads, length, width).transpose(1, 2).reshape(batch, length, _shape.Width), block.Out);
    }

    /// <summary>Rotary positions (Su et al. 2021), halves convention of Llama: (a, b) → (a cos − b sin, b cos + a sin).</summary>
    private Tensor Rotate(Tensor x, long length) =>
        addcmul(x * _cos.narrow(0, 0, length), x.roll(_shape.HeadWidth / 2, -1), _sin.narrow(0, 0, length), 1);

    /// <summary>RMSNorm (Zhang and Sennrich 2019) without its gain, which the callers fold into the matrix that follows: that is smaller than the activations.</summary>
    // The norm of a row has a cheaper backward pass than the mean of its squares.
    private Tensor Normalize(Tensor x)
    {
        var norm = linalg.vector_norm(x, 2, [-1], keepdim: true); // (B, T, 1)
        return x * (norm.square() / _shape.Width).add(NormEpsilon).rsqrt();
    }

    // What autocast does: the product is bfloat16, and the residual stream it is added to promotes it again.
    private Tensor Linear(Tensor x, Tensor weight) => F.linear(x.to(_matmulType), weight.to(_matmulType));

    private sealed record Block(Tensor AttentionNorm, Tensor Qkv, Tensor Out, Tensor MlpNorm, Tensor GateUp, Tensor Down);
}
