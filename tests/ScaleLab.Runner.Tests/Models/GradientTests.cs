using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

public sealed class GradientTests : TorchTests
{
    private const double Shift = 1e-6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_gradient_is_the_slope_of_the_loss(bool tied)
    {
        var shape = new LanguageModelShape { Vocabulary = 7, Context = 6, Width = 8, Depth = 2, Heads = 2, FeedForward = 10, Tied = tied };
        using var scope = NewDisposeScope();
        using var model = SmallModel.Shaken(shape, ScalarType.Float64);
        var (tokens, targets) = (SmallModel.Tokens(shape, 2, seed: 3), SmallModel.Tokens(shape, 2, seed: 4));
        model.LossSum(tokens, targets).backward();

        foreach (var p in model.Parameters.All)
        {
            var gradient = p.Value.grad!.data<double>().ToArray();
            for (var i = 0; i < gradient.Length; i++)
            {
                var slope = (Shifted(model, p, i, Shift, tokens, targets) - Shifted(model, p, i, -Shift, tokens, targets)) / (2 * Shift);
                Assert.True(Math.Abs(slope - gradient[i]) < 1e-7 * (1 + Math.Abs(slope)), $"{p.Name}[{i}]: gradient {gradient[i]}, slope {slope}");
            }
        }
    }

    [Fact]
    public void No_token_sees_the_ones_after_it()
    {
        var shape = SmallModel.Shape();
        using var scope = NewDisposeScope();
        using var model = SmallModel.Shaken(shape);
        var tokens = SmallModel.Tokens(shape, 1, seed: 5);
        var changed = tokens.clone();
        changed[0, 10] = (changed[0, 10] + 1) % shape.Vocabulary;
        var moved = (model.Logits(changed) - model.Logits(tokens)).abs().amax([0, 2]).data<float>().ToArray();
        Assert.All(moved[..10], m => Assert.Equal(0, m));
        Assert.All(moved[10..], m => Assert.True(m > 1e-4));
    }

    [Fact]
    public void A_short_window_gives_the_logits_of_the_beginning_of_a_long_one()
    {
        var shape = SmallModel.Shape();
        using var scope = NewDisposeScope();
        using var model = SmallModel.Shaken(shape);
        var tokens = SmallModel.Tokens(shape, 3, seed: 6);
        var difference = model.Logits(tokens.narrow(1, 0, 9)) - model.Logits(tokens).narrow(1, 0, 9);
        Assert.InRange(difference.abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void An_ignored_target_adds_no_loss()
    {
        var shape = SmallModel.Shape();
        using var scope = NewDisposeScope();
        using var model = SmallModel.Shaken(shape);
        var (tokens, targets) = (SmallModel.Tokens(shape, 1, seed: 7), SmallModel.Tokens(shape, 1, seed: 8));
        var ignored = targets.clone();
        ignored.narrow(1, 9, 7).fill_(-100);
        var half = model.LossSum(tokens.narrow(1, 0, 9), targets.narrow(1, 0, 9)).item<float>();
        Assert.Equal(half, model.LossSum(tokens, ignored).item<float>(), 1e-3);
        Assert.True(model.LossSum(tokens, targets).item<float>() > half + 1);
    }

    private static double Shifted(LanguageModel model, Parameter p, long element, double by, Tensor tokens, Tensor targets)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var entry = p.Value.view(-1).narrow(0, element, 1);
        var before = entry.clone();
        entry.add_(by);
        var loss = model.LossSum(tokens, targets).item<double>();
        entry.copy_(before);
        return loss;
    }
}
