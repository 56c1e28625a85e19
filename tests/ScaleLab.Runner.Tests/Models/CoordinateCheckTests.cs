using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

/// <summary>The coordinate check of Yang et al. 2022 (appendix D.1): after some steps, activations are of one size at every width, and have moved alike.</summary>
public sealed class CoordinateCheckTests : TorchTests
{
    private const int Steps = 6;

    private static readonly int[] Widths = [16, 32, 64, 128, 256];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Widths_behave_alike_under_the_recipes_rule(bool tied)
    {
        var spread = Spread(baseWidth: 64, tied);
        Assert.All(spread[..2], s => Assert.InRange(s, 1, 1.3));
        Assert.All(spread[2..], s => Assert.InRange(s, 1, 3));
    }

    [Fact]
    public void Without_the_rule_widths_drift_apart()
    {
        var spread = Spread(baseWidth: 0, tied: false);
        Assert.All(spread[..2], s => Assert.InRange(s, 2, 100));
        Assert.All(spread[2..], s => Assert.InRange(s, 5, 100));
    }

    // Largest over smallest width of: size and change of the stream, size and change of the logits.
    private static double[] Spread(int baseWidth, bool tied)
    {
        var sizes = Widths.Select(w => Train(w, baseWidth, tied)).ToArray();
        return [.. Enumerable.Range(0, sizes[0].Length).Select(i => sizes.Max(s => s[i]) / sizes.Min(s => s[i]))];
    }

    private static double[] Train(int width, int baseWidth, bool tied)
    {
        var shape = SmallModel.Shape(width, heads: width / 16, vocabulary: 64, context: 32, tied: tied);
        using var outer = NewDisposeScope();
        using var model = new LanguageModel(shape, seed: 1, CPU);
        using var optimizer = new FusedAdamW(model.Parameters, new OptimizerSpec { Lr = 4e-3, BaseWidth = baseWidth }, width);
        var (tokens, targets) = (SmallModel.Tokens(shape, 8, seed: 1), SmallModel.Tokens(shape, 8, seed: 2));
        var (stream, logits) = Activations();
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            (model.LossSum(tokens, targets) / tokens.numel()).backward();
            optimizer.Step(4e-3);
            model.Parameters.DropGradients();
        }

        var (streamAfter, logitsAfter) = Activations();
        return [Size(streamAfter), Size(streamAfter - stream), Size(logitsAfter), Size(logitsAfter - logits)];

        (Tensor Stream, Tensor Logits) Activations()
        {
            using var frozen = no_grad();
            var forward = new CountedForward(shape, model.Parameters);
            var logits = forward.Logits(tokens);
            return (forward.Stream[^1], logits);
        }
    }

    private static double Size(Tensor x) => x.square().mean().sqrt().item<float>();
}
