using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class CostModelTests
{
    // Tokens per second of one thread with AVX-512, batches of 16 windows of 128, measured.
    [Theory]
    [InlineData(15e3, 2048, 262e3)]
    [InlineData(43e3, 2048, 155e3)]
    [InlineData(133e3, 2048, 84.5e3)]
    [InlineData(382e3, 2048, 40.2e3)]
    [InlineData(1.32e6, 2048, 15.1e3)]
    [InlineData(43e3, 512, 109e3)]
    [InlineData(43e3, 8192, 155e3)]
    [InlineData(382e3, 512, 34e3)]
    public void Time_is_estimated_within_a_quarter(double n, long batch, double tokensPerSecond)
    {
        var steps = 100_000;
        var training = Training(n, batch, steps);
        var execution = new ExecutionSpec { Math = MathPath.Fast, Chunk = (int)Math.Min(16, batch / 128) };
        var seconds = Seconds(training, execution, new EvaluationSpec { Blocks = 1 });
        Assert.InRange(seconds / (steps * batch / tokensPerSecond), 0.8, 1.25);
    }

    [Fact]
    public void Exact_products_take_longer_and_fewer_blocks_take_less()
    {
        var training = Training(1.32e6, 2048, 1000);
        var fast = Seconds(training, new ExecutionSpec { Math = MathPath.Fast, Chunk = 16 }, new EvaluationSpec());
        Assert.True(fast < Seconds(training, new ExecutionSpec { Math = MathPath.Exact, Chunk = 16 }, new EvaluationSpec()));
        Assert.True(fast > Seconds(training, new ExecutionSpec { Math = MathPath.Fast, Chunk = 16 }, new EvaluationSpec { Blocks = 4 }));
    }

    [Fact]
    public void A_model_of_a_billion_parameters_needs_sixteen_gigabytes_and_its_activations()
    {
        var training = Training(1e9, 2048, 1000);
        var memory = CostModel.Memory(training, new ExecutionSpec { Chunk = 16 });
        Assert.InRange(memory, 16 * training.Model.Parameters.Total, 40e9);
    }

    [Fact]
    public void On_a_gpu_small_models_pay_for_launches_and_large_ones_for_flops()
    {
        Assert.Equal(Gpu(43e3, 2048), Gpu(43e3, 8192), 0.01);
        Assert.InRange(Gpu(1e9, 65_536) / Gpu(1e9, 16_384), 3.9, 4.1);
        Assert.InRange(Gpu(1e9, 65_536), 5 * 1e9 * 65_536 / (0.4 * 400e12), 8 * 1e9 * 65_536 / (0.4 * 400e12));

        // Seconds of one step that fits one pass.
        static double Gpu(double n, long batch)
        {
            var training = Training(n, batch, 1000) with { Precision = Precision.Bf16 };
            var execution = new ExecutionSpec { Device = "cuda", Chunk = (int)(batch / 128) };
            return Seconds(training, execution, new EvaluationSpec { Blocks = 1 }) / 1000;
        }
    }

    private static double Seconds(TrainingSpec training, ExecutionSpec execution, EvaluationSpec evaluation) => CostModel.TimeParts(training, execution, evaluation, Sample.Corpus).Sum();

    private static TrainingSpec Training(double n, long batch, long steps) => Sample.Plan("grid: {n: 15k, d: 1M}").Runs[^1].Spec.Training with
    {
        Model = LanguageModelFamily.Solve(n, new LanguageModelOptions(), vocabulary: 256),
        Phase = RunPhase.Whole,
        StartStep = 0,
        EndStep = steps,
        D = batch * steps,
        Batch = new BatchSpec { Initial = batch },
    };
}
