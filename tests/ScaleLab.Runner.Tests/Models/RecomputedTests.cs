using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

public sealed class RecomputedTests : TorchTests
{
    private static readonly LanguageModelShape Deep = new() { Vocabulary = 64, Context = 64, Width = 32, Depth = 8, Heads = 2, FeedForward = 96 };

    [Theory]
    [InlineData(false, Precision.Fp32)]
    [InlineData(true, Precision.Fp32)]
    [InlineData(true, Precision.Bf16)]
    public void Not_one_bit_of_loss_or_gradients_changes(bool tied, Precision precision)
    {
        var shape = Deep with { Tied = tied };
        var (loss, gradients) = TwoChunks(shape, precision, recompute: false);
        var (again, recomputed) = TwoChunks(shape, precision, recompute: true);
        Assert.Equal(loss, again);
        Assert.Equal(gradients, recomputed);
        Assert.Contains(gradients, g => g.Any(b => b != 0));
    }

    [Fact]
    public void The_graph_holds_a_fraction_of_the_activations()
    {
        var (kept, recomputed) = (HeapOfGraph(recompute: false), HeapOfGraph(recompute: true));
        Assert.InRange(recomputed, 1, kept / 3);
    }

    [Fact]
    public void A_run_is_the_same_to_the_last_bit()
    {
        using var runs = new SampleRuns();
        var (kept, saved) = (runs.Create("kept", runs.Training(30)), runs.Create("saved", runs.Training(30)));
        var expected = runs.Train(kept)!;
        Assert.Null(runs.Train(saved, 11, recompute: false));
        Assert.Null(runs.Train(saved, 23, recompute: true));
        ResumeTests.AssertEqual(expected, runs.Train(saved, recompute: true)!);
        Assert.Equal(SampleRuns.Weights(kept), SampleRuns.Weights(saved));
    }

    [Fact]
    public void Steps_leave_no_tensors_behind()
    {
        using var model = new LanguageModel(Deep, 1, CPU) { Recompute = true };
        Step(model, 0);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 1; i < 5; i++)
        {
            Step(model, i);
            model.Parameters.DropGradients();
            Step(model, i);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static (double Loss, List<byte[]> Gradients) TwoChunks(LanguageModelShape shape, Precision precision, bool recompute)
    {
        using var model = new LanguageModel(shape, 1, CPU, precision: precision) { Recompute = recompute };

        // Away from the zeros of the head, where most gradients vanish.
        using (no_grad())
        {
            foreach (var parameter in model.Parameters.All)
            {
                parameter.Value.add_(0.01);
            }
        }

        var loss = Step(model, 1) + Step(model, 2);
        return (loss, [.. model.Parameters.All.Select(p => p.Value.grad!.bytes.ToArray())]);
    }

    private static double Step(LanguageModel model, int seed)
    {
        using var scope = NewDisposeScope();
        var (tokens, targets) = Windows(seed);
        var loss = model.LossSum(tokens, targets);
        loss.backward();
        return loss.item<float>();
    }

    private static long HeapOfGraph(bool recompute)
    {
        using var model = new LanguageModel(Deep, 1, CPU) { Recompute = recompute };
        using var scope = NewDisposeScope();
        var (tokens, targets) = Windows(1);
        var before = HeapLimit.InUse;
        var loss = model.LossSum(tokens, targets);
        Assert.True(loss.requires_grad);
        return HeapLimit.InUse - before;
    }

    private static (Tensor Tokens, Tensor Targets) Windows(int seed)
    {
        using var random = new Generator((ulong)seed, CPU);
        return (randint(0, 64, [16, 64], generator: random, dtype: ScalarType.Int64), randint(0, 64, [16, 64], generator: random, dtype: ScalarType.Int64));
    }
}
