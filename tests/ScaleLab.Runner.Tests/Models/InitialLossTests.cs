using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

public sealed class InitialLossTests : TorchTests
{
    [Theory]
    [InlineData(16, false)]
    [InlineData(64, false)]
    [InlineData(256, false)]
    [InlineData(16, true)]
    [InlineData(64, true)]
    [InlineData(256, true)]
    public void A_new_model_knows_nothing_at_any_width(int width, bool tied)
    {
        var shape = SmallModel.Shape(width, vocabulary: 256, context: 32, tied: tied);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var model = new LanguageModel(shape, seed: 1, CPU);
        var (tokens, targets) = (SmallModel.Tokens(shape, 8, seed: 1), SmallModel.Tokens(shape, 8, seed: 2));
        var loss = model.LossSum(tokens, targets).item<float>() / (8 * shape.Context);

        Assert.Equal(Math.Log(256), loss, tied ? 0.1 : 1e-3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_batch_can_be_learnt_by_heart(bool tied)
    {
        var shape = SmallModel.Shape(width: 32, tied: tied);
        using var model = new LanguageModel(shape, seed: 1, CPU);
        using var optimizer = new FusedAdamW(model.Parameters, new OptimizerSpec { Lr = 1e-2 }, shape.Width);
        using var tokens = SmallModel.Tokens(shape, 4, seed: 1);
        using var targets = SmallModel.Tokens(shape, 4, seed: 2);
        var last = double.NaN;
        for (var step = 0; step < 150; step++)
        {
            using var scope = NewDisposeScope();
            var loss = model.LossSum(tokens, targets) / tokens.numel();
            loss.backward();
            optimizer.Step(1e-2);
            model.Parameters.DropGradients();
            last = loss.item<float>();
        }

        Assert.InRange(last, 0, 0.05);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bfloat16_products_train_to_nearly_the_same_loss(int seed)
    {
        var (exact, half) = (Train(Precision.Fp32), Train(Precision.Bf16));
        Assert.InRange(exact, 0, 0.4 * Math.Log(16));
        Assert.InRange(half, 0.98 * exact, 1.02 * exact);
        Assert.NotEqual(exact, half);

        double Train(Precision precision)
        {
            var shape = SmallModel.Shape(width: 32);
            using var model = new LanguageModel(shape, seed, CPU, precision: precision);
            using var optimizer = new FusedAdamW(model.Parameters, new OptimizerSpec { Lr = 1e-2 }, shape.Width);
            using var tokens = SmallModel.Tokens(shape, 4, seed);
            using var targets = SmallModel.Tokens(shape, 4, 100 + seed);
            var last = double.NaN;
            for (var step = 0; step < 40; step++)
            {
                using var scope = NewDisposeScope();
                var loss = model.LossSum(tokens, targets) / tokens.numel();
                loss.backward();
                // At thrice the rate single steps overshoot, and two runs that differ in one bit end as far apart.
                optimizer.Step(1e-3);
                model.Parameters.DropGradients();
                last = loss.item<float>();
            }

            Assert.All(model.Parameters.All, p => Assert.Equal(ScalarType.Float32, p.Value.dtype));
            return last;
        }
    }
}
