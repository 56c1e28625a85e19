using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Native;
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
    private const double Rate = 1e-2;

    public static ParityReport Measure(Device device, Precision precision) => new()
    {
        Precision = precision,
        Steps = Steps,
        Difference = Distance(Losses(device, float32, precision, Way(device)).Losses, Losses(CPU, float64, Precision.Fp32, new StepWay()).Losses),
    };

    /// <summary>The same steps, each asked for, and from a record where this device can make one.</summary>
    public static GraphReport MeasureGraph(Device device, Precision precision)
    {
        var way = Way(device) with { TensorRates = true };
        var recorded = Losses(device, float32, precision, way with { Capture = CudaGraph.TryCapture });
        return new GraphReport
        {
            MissingSymbols = CudaGraph.Missing,
            Repeated = recorded.Repeated,
            Steps = Steps,
            Difference = Distance(recorded.Losses, Losses(device, float32, precision, way).Losses),
        };
    }

    private static StepWay Way(Device device) => StepWay.For(device, ParityModel.Shape, Batch) with { Capture = null };

    // A distance that is no number stays none.
    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Aggregate(0.0, (most, d) => d <= most ? most : d);

    private static (double[] Losses, long Repeated) Losses(Device device, ScalarType type, Precision precision, StepWay way)
    {
        using var model = new ParityModel(device, type, precision);
        using var optimizer = new FusedAdamW(model.Parameters, new OptimizerSpec { Lr = Rate }, ParityModel.Shape.Width, way.TensorRates);
        using var step = new BatchStep(model, optimizer, Batch, way);
        var units = Batch * ParityModel.Shape.Context;
        var losses = new double[Steps];
        for (var i = 0; i < Steps; i++)
        {
            step.Start(i * Batch, Batch, units, Rate, i + 1 < Steps ? Batch : null);
            losses[i] = step.Nats.item<double>() / units;
        }

        return (losses, step.Repeated);
    }
}
