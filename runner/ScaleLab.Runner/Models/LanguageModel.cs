using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>A decoder-only transformer (<see cref="LanguageModelShape"/>) as functions over a <see cref="ParameterSet"/>.</summary>
internal sealed class LanguageModel : IDisposable
{
    internal const double RopeBase = 10_000;

    private readonly LanguageModelShape _shape;
    private readonly ScalarType _matmulType;
    private readonly Block[] _blocks;
    private readonly Tensor _embedding;
    private readonly Tensor _norm;
    private readonly Tensor _head;
    private readonly double _headScale;
    private readonly bool _fusedAttention;

    // Constants of the positions, (T, hd/2).
    private readonly Tensor _cos;
    private readonly Tensor _sin;

    /// <param name="shape">The model.</param>
    /// <param name="seed">Of the initial weights, drawn on the CPU whatever the device.</param>
    /// <param name="device">Where everything lives.</param>
    /// <param name="type">Of weights and activations: float32, or float64 for checking gradients.</param>
    /// <param name="precision">Bf16 casts the operands of matrix products. Sums and norms stay in <paramref name="type"/>; the softmax of attention lies between two products, and reads and writes bfloat16, its own sums in float32.</param>
    /// <param name="fusedAttention">Attention as one kernel; null for where that is to be had.</param>
    public LanguageModel(LanguageModelShape shape, int seed, Device device, ScalarType type = ScalarType.Float32, Precision precision = Precision.Fp32, bool? fusedAttention = null)
    {
        _shape = shape;
        _matmulType = precision == Precision.Bf16 ? ScalarType.BFloat16 : type;
        _fusedAttention = fusedAttention ?? Layers.HasFusedAttention(device, _matmulType);
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
        // Queries and keys are both rotated, so each takes the root of attention's 1/√hd, which the fused kernel brings along.
        var scale = _fusedAttention ? 1 : Math.Pow(shape.HeadWidth, -0.25);
        _cos = Keep(angle.cos() * scale);
        _sin = Keep(angle.sin() * scale);
    }

    /// <summary>Standard deviation of the input table; constant over widths, as its rows are read one at a time.</summary>
    internal const double EmbeddingDeviation = 0.1;

    /// <summary>
    /// What the logits are multiplied by. A tied table is drawn and learns as an input does, at every width alike, so the 1/width of an output
    /// (Yang et al. 2022, table 8) is left to its logits.
    /// </summary>
    internal static double HeadScale(LanguageModelShape shape) => shape.Tied ? 16.0 / shape.Width : 1;

    public ParameterSet Parameters { get; } = new();

    public LanguageModelShape Shape => _shape;

    /// <summary>Of the operands of products.</summary>
    public ScalarType MatmulType => _matmulType;

    /// <summary>Keep the input of each block alone, and compute the block again in the backward pass: the same bits in less memory.</summary>
    public bool Recompute { get; init; }

    /// <summary>Sum of the cross entropies in nats.</summary>
    /// <param name="tokens">Int64 (B, T).</param>
    /// <param name="targets">Int64 (B, T); −100 is not counted.</param>
    public Tensor LossSum(Tensor tokens, Tensor targets) => Layers.CrossEntropySum(Read(Codes(tokens)), targets.reshape(-1));

    /// <param name="tokens">Int64 (B, T), T at most the context.</param>
    /// <param name="attended">Told, block by block, of what attention does.</param>
    /// <returns>(B, T, V).</returns>
    public Tensor Logits(Tensor tokens, Action<Attended>? attended = null) => Read(Codes(tokens, attended)).view(tokens.shape[0], tokens.shape[1], _shape.Vocabulary);

    /// <summary>What the head reads: its products with the rows of <see cref="Unembedding"/> are the logits.</summary>
    /// <returns>(B·T, C): rows of all sequences are what every layer but attention works on.</returns>
    public Tensor Codes(Tensor tokens, Action<Attended>? attended = null)
    {
        var length = tokens.shape[1];
        var x = Layers.Embedding(_embedding, tokens.reshape(-1)); // (BT, C)
        (x, var normed) = Layers.AddNorm(x, null, _blocks[0].AttentionNorm, _matmulType);
        for (var l = 0; l < _blocks.Length; l++)
        {
            var block = l;
            (x, normed) = Recompute ? Recomputed.Run((stream, norm) => Run(block, stream, norm, length, attended), x, normed) : Run(block, x, normed, length, attended);
        }

        return normed;
    }

    /// <summary>The table of the head, (V, C).</summary>
    public Tensor Unembedding => _head;

    /// <summary>What a head that copies its input would write on the logits: of head h of block l, from a value (hd) to logits, but for one positive factor.</summary>
    /// <returns>(V, hd).</returns>
    public Tensor Writes(int block, int head) =>
        mm(_head * _norm, _blocks[block].Out.narrow(1, (long)head * _shape.HeadWidth, _shape.HeadWidth));

    private Tensor Read(Tensor codes) => Linear(codes, _head);

    public void Dispose()
    {
        Parameters.Dispose();
        _cos.Dispose();
        _sin.Dispose();
    }

    // Block l: the stream and its norm, (BT, C) each, before it and after it.
    private (Tensor Stream, Tensor Normed) Run(int l, Tensor x, Tensor normed, long length, Action<Attended>? attended)
    {
        var block = _blocks[l];
        (x, normed) = Layers.AddNorm(x, Linear(Attention(l, Linear(normed, block.Qkv), length, attended), block.Out), block.MlpNorm, _matmulType);
        var next = l + 1 < _blocks.Length ? _blocks[l + 1].AttentionNorm : _headScale == 1 ? _norm : _norm * _headScale;
        return Layers.AddNorm(x, Linear(Layers.SwiGlu(Linear(normed, block.GateUp)), block.Down), next, _matmulType);
    }

    /// <param name="qkv">(B·T, 3·C), of windows of one length.</param>
    /// <param name="length">T.</param>
    /// <returns>(B·T, C).</returns>
    public Tensor Attention(Tensor qkv, long length) => Attention(0, qkv, length, null);

    private Tensor Attention(int l, Tensor qkv, long length, Action<Attended>? attended)
    {
        var (q, k, v) = Layers.Rotary(qkv, _cos.narrow(0, 0, length), _sin.narrow(0, 0, length), _shape.Heads); // (BH, T, hd)
        if (_fusedAttention && attended is null)
        {
            return Layers.FusedAttention(q, k, v, _shape.Heads, causal: true).view(-1, _shape.Width);
        }

        // Products and a softmax are the quicker attention on a CPU at these lengths.
        using var scores = bmm(_fusedAttention ? q * (1 / Math.Sqrt(_shape.HeadWidth)) : q, k.transpose(1, 2));
        var weights = Layers.CausalSoftmax(scores);
        attended?.Invoke(new Attended(l, weights.view(-1, _shape.Heads, length, length), v.view(-1, _shape.Heads, length, _shape.HeadWidth)));
        var mixed = bmm(weights, v);
        return mixed.view(-1, _shape.Heads, length, _shape.HeadWidth).transpose(1, 2).reshape(-1, _shape.Width);
    }

    // What autocast does: operands and product in the type of the products.
    private Tensor Linear(Tensor x, Tensor weight) => F.linear(x, weight.to(_matmulType));

    private sealed record Block(Tensor AttentionNorm, Tensor Qkv, Tensor Out, Tensor MlpNorm, Tensor GateUp, Tensor Down);
}

/// <summary>What the attention of a block does.</summary>
/// <param name="Block">From 0.</param>
/// <param name="Weights">(B, H, T, T): row t says where query t looks.</param>
/// <param name="Values">(B, H, T, hd): what is seen there.</param>
internal sealed record Attended(int Block, Tensor Weights, Tensor Values);
