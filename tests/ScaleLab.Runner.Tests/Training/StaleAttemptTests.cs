using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Serving;
using ScaleLab.Runner.Training;

namespace ScaleLab.Runner.Tests.Training;

/// <summary>Attempts that train on after somebody took them for dead: a frozen machine that thaws, a network that comes back.</summary>
public sealed class StaleAttemptTests : TorchTests, IDisposable
{
    private static readonly RunFailure GivenUp = new() { Class = FailureClass.Lost, Message = "given up" };

    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void An_attempt_that_was_given_up_publishes_no_result()
    {
        var run = _runs.Create("run", _runs.Training(20));
        Assert.Throws<OperationCanceledException>(() => GiveUpAt(run, 10));
        Assert.Null(run.ReadResult());
        Assert.Equal(GivenUp, run.Attempt(1).ReadFailure());
    }

    [Fact]
    public void An_attempt_that_was_given_up_writes_no_checkpoint()
    {
        var run = _runs.Create("run", _runs.Training(20));
        var time = new SteppingTime(TimeSpan.FromSeconds(11));
        Assert.Throws<OperationCanceledException>(() => GiveUpAt(run, 10, time));
        Assert.All(run.Attempt(1).CheckpointSteps(), s => Assert.True(s < 10));
        Assert.NotEmpty(run.Attempt(1).CheckpointSteps());
        Assert.Empty(Directory.EnumerateDirectories(run.Attempt(1).Path, "checkpoint.*"));
    }

    [Fact]
    public void The_first_result_stands_and_a_later_one_is_dropped()
    {
        var run = _runs.Create("run", _runs.Training(20));
        var result = _runs.Train(run)!;
        Assert.False(run.Publish(result with { Attempt = 7, ValLoss = 99 }));
        Assert.Equal(result, run.ReadResult());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"format\": 1, \"key\"")]
    [InlineData("\0\0\0\0")]
    public void An_unreadable_result_is_trained_again_with_the_same_bits(string damage)
    {
        var run = _runs.Create("run", _runs.Training(20));
        var result = _runs.Train(run)!;
        var weights = SampleRuns.Weights(run);
        File.WriteAllText(run.ResultFile, damage);
        Assert.Null(run.ReadResult());
        ResumeTests.AssertEqual(result, _runs.Train(run)!);
        Assert.Equal(2, run.ReadResult()!.Attempt);
        Assert.Equal(weights, SampleRuns.Weights(run));
        Assert.Equal(damage, File.ReadAllText($"{run.ResultFile}.unreadable"));
    }

    [Fact]
    public void What_killed_writers_left_goes_with_the_result()
    {
        var run = _runs.Create("run", _runs.Training(20));
        Assert.Null(_runs.Train(run, 5));
        Directory.CreateDirectory(Path.Combine(run.Attempt(1).Path, $"checkpoint.{Guid.NewGuid():N}"));
        File.WriteAllText($"{run.ResultFile}.{Guid.NewGuid():N}", "half");
        _runs.Train(run);
        Assert.Equal(["attempts", "result.json", "run.json"], Directory.EnumerateFileSystemEntries(run.Path).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.EnumerateDirectories(run.Attempt(1).Path, "checkpoint.*"));
    }

    [Fact]
    public void A_damaged_end_of_a_trunk_is_told_with_its_remedy()
    {
        var trunk = _runs.Create("trunk", _runs.Training(20, RunPhase.Trunk));
        _runs.Train(trunk);
        File.WriteAllText(Path.Combine(trunk.Attempt(1).CheckpointFolder(20), "tensors.safetensors"), "damaged");
        var branch = _runs.Create("branch", _runs.Training(30, RunPhase.Branch, start: 20), parent: "trunk");
        var end = new RunExecution(_runs.Store, TimeProvider.System, _ => { }).Execute(new WorkerCommand { Run = branch.Path }, () => FailureClass.Interrupted, CancellationToken.None);
        Assert.Equal(FailureClass.Permanent, end.Failure!.Class);
        Assert.EndsWith("; run the sweep again: it trains trunk anew", end.Failure.Message, StringComparison.Ordinal);

        File.Delete(trunk.ResultFile);
        _runs.Train(trunk);
        Assert.Equal(RunStatus.Ok, _runs.Train(branch)!.Status);
    }

    [Fact]
    public void A_clock_that_jumps_changes_nothing()
    {
        var (steady, jumpy) = (_runs.Create("steady", _runs.Training(20)), _runs.Create("jumpy", _runs.Training(20)));
        var expected = _runs.Train(steady)!;
        Assert.Null(_runs.Train(jumpy, 7, new JumpyTime()));
        ResumeTests.AssertEqual(expected, _runs.Train(jumpy, time: new JumpyTime())!);
        Assert.InRange(jumpy.ReadResult()!.WallSeconds, 0, 3600);
    }

    private void GiveUpAt(RunFolder run, long step, TimeProvider? time = null) =>
        new RunAttempt(run, _runs.Store, time ?? TimeProvider.System).Execute(
            (state, _) =>
            {
                if (state.Step == step)
                {
                    run.Attempt(1).Publish(GivenUp);
                }
            },
            CancellationToken.None);

    /// <summary>Its date leaps by a decade, back and forth, each time somebody looks.</summary>
    private sealed class JumpyTime : TimeProvider
    {
        private int _reads;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddYears(++_reads % 2 == 0 ? 10 : -10);
    }
}
