using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

/// <summary>Shapes and weights that make a computation cheap and every part of it count.</summary>
internal static class SmallModel
{
    public static LanguageModelShape Shape(int width = 16, int heads = 2, int depth = 2, int vocabulary = 16, int context = 16, bool tied = false) => new()
    {
        Vocabulary = vocabulary,
        Context = context,
        Width = width,
        Depth = depth,
        Heads = heads,
        FeedForward = 3 * width,
        Tied = tied,
    };

    /// <summary>A model whose every weight has moved off its start: no head of zeros, no gain of one.</summary>
    public static LanguageModel Shaken(LanguageModelShape shape, ScalarType type = ScalarType.Float32, Precision precision = Precision.Fp32, bool? fusedAttention = null)
    {
        var model = new LanguageModel(shape, seed: 1, CPU, type, precision, fusedAttention);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new Generator(2, CPU);
        foreach (var p in model.Parameters.All)
        {
            p.Value.add_((randn(p.Value.shape, generator: random) * 0.3).to(type));
        }

        return model;
    }

    /// <returns>Int64 (B, T), the same for the same seed.</returns>
    public static Tensor Tokens(LanguageModelShape shape, int batch, int seed, int? length = null)
    {
        var random = new Random(seed);
        var ids = Enumerable.Range(0, batch * (length ?? shape.Context)).Select(_ => (long)random.Next(shape.Vocabulary)).ToArray();
        return tensor(ids, [batch, length ?? shape.Context]);
    }
}
