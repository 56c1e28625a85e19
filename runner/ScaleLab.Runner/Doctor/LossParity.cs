using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Doctor;

/// <summary>
/// Trains a small language model on the device and, with the same weights and tokens, in float64 by torch's plain formulas on the CPU: if the losses
/// agree, every kernel of a step does what it should, backward pass and optimiser too.
/// </summary>
internal static class LossParity
{
    internal const int Steps = 10;

    private const int Batch = 8;

    private static readonly LanguageModelShape Shape = new() { Vocabulary = 64, Context = 64, Width = 64, Depth = 2, Heads = 2, FeedForward = 176 };

    public static ParityReport Measure(Device device, Precision precision) => new()
    {
        Precision = precision,
        Steps = Steps,
        Difference = Losses(device, float32, precision).Zip(Losses(CPU, float64, Precision.Fp32), (a, b) => Math.Abs(a - b)).Aggregate(0.0, (most, d) => d <= most ? most : d),
    };

    // Tokens that a model can learn to foresee: each follows from the one before, but for one in four.
    private static double[] Losses(Device device, ScalarType type, Precision precision)
    {
        using var scope = NewDisposeScope();
        using var model = new LanguageModel(Shape, seed: 1, device, type, precision);
        using var optimizer = new FusedAdamW(model.Parameters, new OptimizerSpec { Lr = 1e-2 }, Shape.Width);
        var random = new Random(1);
        var losses = new double[Steps];
        for (var step = 0; step < Steps; step++)
        {
            using var inner = NewDisposeScope();
            var ids = new long[Batch * (Shape.Context + 1)];
            for (var i = 1; i < ids.Length; i++)
            {
                ids[i] = random.Next(4) == 0 ? random.Next(Shape.Vocabulary) : ((ids[i - 1] * 5) + 1) % Shape.Vocabulary;
            }

            var windows = tensor(ids, [Batch, Shape.Context + 1]).to(device);
            var loss = model.LossSum(windows.narrow(1, 0, Shape.Context), windows.narrow(1, 1, Shape.Context)) / (Batch * Shape.Context);
            loss.backward();
            optimizer.Step(1e-2);
            model.Parameters.DropGradients();
            losses[step] = loss.to(float64).item<double>();
        }

        return losses;
    }
}
