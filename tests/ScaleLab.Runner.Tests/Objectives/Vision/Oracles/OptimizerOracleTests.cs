using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Training;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

public sealed class OptimizerOracleTests : TorchTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Three_steps_of_adamw(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("optimizers").GetProperty("adamw");
        using var parameters = new ParameterSet();
        var w = parameters.Add("w", ParameterKind.Matrix, S(type, [3, 4], 0.7, 0.1));
        var gain = parameters.Add("gain", ParameterKind.Gain, ones([1], type));
        using var optimizer = new FusedAdamW(parameters, new OptimizerSpec { Lr = 1e-2, BaseWidth = 0, WeightDecay = 0.05, Clip = 0 }, width: 4);
        for (var s = 0; s < 3; s++)
        {
            (w.grad, gain.grad) = (S(type, [3, 4], 0.9, 0.3 + s), zeros([1], type));
            optimizer.Step(1e-2);
        }

        AllClose(oracle.GetProperty("w3"), w.detach());
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Three_steps_of_lars(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("optimizers").GetProperty("lars");
        using var parameters = new ParameterSet();
        var p = parameters.Add("p", ParameterKind.Matrix, S(type, [3, 4], 0.7, 0.1));
        var bias = parameters.Add("bias", ParameterKind.Gain, S(type, [4], 0.5, 0.2));
        using var optimizer = new Lars(parameters, new OptimizerSpec { Lr = 0.5, WeightDecay = 1e-2 });
        for (var s = 0; s < 3; s++)
        {
            (p.grad, bias.grad) = (S(type, [3, 4], 0.9, 0.3 + s), S(type, [4], 0.8, 0.4 + s));
            optimizer.Step(0.5);
        }

        AllClose(oracle.GetProperty("p3"), p.detach());
        AllClose(oracle.GetProperty("bias3"), bias.detach());
    }

    // Rates are taken in the middle of a step: batches are chosen so that the oracle's points lie there.
    [Fact]
    public void Half_a_cosine_after_a_warmup()
    {
        var oracle = Read("optimizers").GetProperty("lr_mae").GetProperty("W=40,E=800,lr=2.4e-3");
        var rate = Rate(peak: 2.4e-3, warmup: 5, end: 100, floor: 0);
        Assert.Equal(oracle.GetProperty("20").GetDouble(), rate.At(2), 1e-15);
        Assert.Equal(oracle.GetProperty("420").GetDouble(), rate.At(52), 1e-15);
    }

    [Fact]
    public void Half_a_cosine_to_a_thousandth()
    {
        var oracle = Read("optimizers").GetProperty("lr_barlow_vicreg").GetProperty("steps=100,warm=10,base=1.6");
        var rate = Rate(peak: 1.6, warmup: 5, end: 50, floor: 1e-3);
        Assert.Equal(oracle.GetProperty("5").GetDouble(), rate.At(2), 1e-12);
        Assert.Equal(oracle.GetProperty("55").GetDouble(), rate.At(27), 1e-12);
        Assert.Equal(oracle.GetProperty("99").GetDouble(), rate.At(49), 1e-12);
    }

    private static LearningRate Rate(double peak, long warmup, long end, double floor) => new(new TrainingSpec
    {
        Model = null!,
        Corpus = "",
        Phase = RunPhase.Whole,
        StartStep = 0,
        EndStep = end,
        D = end,
        Batch = new BatchSpec { Initial = 1 },
        Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, Warmup = warmup, Floor = floor },
        Optimizer = new OptimizerSpec { Lr = peak },
        Seed = 0,
    });
}
