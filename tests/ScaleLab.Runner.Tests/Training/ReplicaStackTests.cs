using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Training;

namespace ScaleLab.Runner.Tests.Training;

public sealed class ReplicaStackTests : TorchTests, IDisposable
{
    private const long Steps = 40;

    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Losses_of_stacked_runs_are_those_of_lone_ones(bool tied)
    {
        TrainingSpec[] replicas = [.. Replicas().Select(t => t with { Model = (LanguageModelShape)t.Model with { Tied = tied } })];
        var alone = replicas.Select((t, i) => _runs.Create($"alone-{i}", t)).ToList();
        alone.ForEach(r => _runs.Train(r));
        var stacked = replicas.Select((t, i) => _runs.Create($"stacked-{i}", t)).ToList();
        Train([.. stacked]);
        foreach (var (one, other) in alone.Zip(stacked))
        {
            AssertClose(one, other, 1e-4);
        }

        // Seeds and rates make different runs of them.
        Assert.Equal(stacked.Count, stacked.Select(r => r.ReadResult()!.ValLoss).Distinct().Count());
    }

    [Fact]
    public void A_run_that_was_interrupted_catches_up_with_those_it_is_stacked_with()
    {
        var replicas = Replicas();
        var alone = replicas.Select((t, i) => _runs.Create($"alone-{i}", t)).ToList();
        alone.ForEach(r => _runs.Train(r));
        var stacked = replicas.Select((t, i) => _runs.Create($"stacked-{i}", t)).ToList();
        Assert.Null(_runs.Train(stacked[1], stopAfter: 17));
        Train([.. stacked]);
        Assert.Equal(17, stacked[1].Attempt(2).ReadRestorePoint()!.Step);
        foreach (var (one, other) in alone.Zip(stacked))
        {
            AssertClose(one, other, 1e-4);
        }
    }

    [Fact]
    public void Runs_of_different_lengths_leave_when_they_have_ended()
    {
        var lengths = new[] { Steps, Steps / 2, Steps };
        var stacked = Replicas().Zip(lengths, (t, steps) => _runs.Training(steps) with { Seed = t.Seed, Optimizer = t.Optimizer }).Select((t, i) => _runs.Create($"stacked-{i}", t)).ToArray();
        Train(stacked);
        Assert.Equal(lengths, stacked.Select(r => r.ReadResult()!.Step));
        var alone = _runs.Create("alone", stacked[1].ReadSpec().Training);
        _runs.Train(alone);
        AssertClose(alone, stacked[1], 1e-4);
    }

    [Fact]
    public void One_that_diverges_does_not_take_the_others_with_it()
    {
        var replicas = Replicas();
        replicas[1] = replicas[1] with { Optimizer = new OptimizerSpec { Lr = 1e30, Clip = 0 } };
        var stacked = replicas.Select((t, i) => _runs.Create($"stacked-{i}", t)).ToArray();
        Train(stacked);
        Assert.Equal([RunStatus.Ok, RunStatus.Diverged, RunStatus.Ok], stacked.Select(r => r.ReadResult()!.Status));
        var alone = _runs.Create("alone", replicas[2]);
        _runs.Train(alone);
        AssertClose(alone, stacked[2], 1e-4);
    }

    private TrainingSpec[] Replicas() =>
    [
        _runs.Training(Steps),
        _runs.Training(Steps) with { Seed = 8 },
        _runs.Training(Steps) with { Seed = 9, Optimizer = new OptimizerSpec { Lr = 2e-3 } },
    ];

    private void Train(RunFolder[] runs)
    {
        var stack = new ReplicaStack(runs.Length);
        Task.WaitAll([.. runs.Select(run => Task.Factory.StartNew(
            () =>
            {
                using var seat = stack.Join();
                return new RunAttempt(run, _runs.Store, TimeProvider.System, seat: seat).Execute((_, _) => { }, CancellationToken.None);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))]);
    }

    private static void AssertClose(RunFolder one, RunFolder other, double tolerance)
    {
        var (a, b) = (one.ReadResult()!, other.ReadResult()!);
        Assert.Equal((a.Status, a.Step), (b.Status, b.Step));
        Assert.Equal(a.ValLoss!.Value, b.ValLoss!.Value, tolerance);
        Assert.Equal(a.TrainLoss!.Value, b.TrainLoss!.Value, tolerance);
        var (left, right) = (SampleRuns.Curve(one), SampleRuns.Curve(other));
        Assert.Equal(left.Select(r => r.Step), right.Select(r => r.Step));
        Assert.All(left.Zip(right), r => Assert.Equal(r.First.TrainLoss!.Value, r.Second.TrainLoss!.Value, tolerance));
    }
}
