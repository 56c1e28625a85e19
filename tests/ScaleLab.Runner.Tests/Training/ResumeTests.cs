using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Training;

public sealed class ResumeTests : TorchTests, IDisposable
{
    private const long Steps = 40;

    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(5, 6, 23)]
    [InlineData(0, 0, 31, 31)]
    public void A_resumed_run_equals_the_uninterrupted_one_bit_for_bit(params int[] stops)
    {
        var straight = _runs.Create("straight", _runs.Training(Steps));
        var expected = _runs.Train(straight)!;
        var resumed = _runs.Create("resumed", _runs.Training(Steps));
        foreach (var step in stops)
        {
            // After the last step the run stops during its evaluation.
            Assert.Null(_runs.Train(resumed, step));
            Assert.Contains(step, resumed.Attempt(resumed.AttemptNumbers()[^1]).CheckpointSteps());
        }

        AssertEqual(expected, _runs.Train(resumed)!);
        Assert.Equal(stops.Length + 1, resumed.ReadResult()!.Attempt);
        Assert.Equal(SampleRuns.Weights(straight), SampleRuns.Weights(resumed));
        Assert.Equal(
            SampleRuns.Curve(straight).Select(r => r with { RunKey = "" }),
            SampleRuns.Curve(resumed).Select(r => r with { RunKey = "" }));
        Assert.True(SampleRuns.Curve(straight).Count > 30);
    }

    [Fact]
    public void A_run_under_lars_resumes_bit_for_bit_too()
    {
        var training = _runs.Training(Steps) with { Optimizer = new OptimizerSpec { Kind = OptimizerKind.Lars, Lr = 1 } };
        var (straight, resumed) = (_runs.Create("straight", training), _runs.Create("resumed", training));
        var expected = _runs.Train(straight)!;
        Assert.True(expected.ValLoss < Math.Log(16) - 0.01, $"{expected.ValLoss}");
        Assert.Null(_runs.Train(resumed, 17));
        AssertEqual(expected, _runs.Train(resumed)!);
        Assert.Equal(SampleRuns.Weights(straight), SampleRuns.Weights(resumed));
    }

    [Fact]
    public void Another_seed_is_another_run()
    {
        var (one, two) = (_runs.Create("one", _runs.Training(5)), _runs.Create("two", _runs.Training(5) with { Seed = 8 }));
        Assert.NotEqual(_runs.Train(one)!.TrainLoss, _runs.Train(two)!.TrainLoss);
        Assert.NotEqual(SampleRuns.Weights(one), SampleRuns.Weights(two));
    }

    [Fact]
    public void A_trunk_cut_anywhere_ends_with_the_same_bits()
    {
        var whole = Trunk("whole", 0, Steps, null);
        Trunk("a", 0, 11, null);
        var a = Trunk("a-b", 11, Steps, "a");
        Trunk("x", 0, 25, null);
        Trunk("x-y", 25, 26, "x");
        var x = Trunk("x-y-z", 26, Steps, "x-y");
        Assert.Equal(SampleRuns.End(whole), SampleRuns.End(a));
        Assert.Equal(SampleRuns.End(whole), SampleRuns.End(x));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(20, 24, 33)]
    public void A_branch_equals_the_same_steps_in_one_go(params int[] stops)
    {
        Trunk("trunk", 0, 20, null);
        var training = _runs.Training(Steps, RunPhase.Branch, start: 20);
        var branch = _runs.Create("branch", training, parent: "trunk");
        foreach (var step in stops)
        {
            Assert.Null(_runs.Train(branch, step));
        }

        var result = _runs.Train(branch)!;
        Assert.Equal(RunStatus.Ok, result.Status);
        Assert.Equal(InOneGo(training, chunk: 3), SampleRuns.Weights(branch));
        Assert.Equal(RestorePointOf(stops), branch.Attempt(result.Attempt).ReadRestorePoint());

        static RestorePoint RestorePointOf(int[] stops) => new(stops[^1], stops.Length);
    }

    [Fact]
    public void A_fork_that_is_not_interrupted_equals_the_same_steps_in_one_go()
    {
        Trunk("trunk", 0, 20, null);
        var training = _runs.Training(Steps, RunPhase.Branch, start: 20);
        var branch = _runs.Create("branch", training, parent: "trunk");
        Assert.Equal(new RestorePoint(20, null), branch.Attempt(_runs.Train(branch)!.Attempt).ReadRestorePoint());
        Assert.Equal(InOneGo(training, chunk: 3), SampleRuns.Weights(branch));
        Assert.All(SampleRuns.Curve(branch), r => Assert.InRange(r.Step, 21, Steps));
    }

    [Fact]
    public void A_branch_of_a_trunk_that_is_not_there_says_so()
    {
        var branch = _runs.Create("branch", _runs.Training(Steps, RunPhase.Branch, start: 20), parent: "trunk");
        Assert.Contains("branch grows from trunk, which has no result", Assert.Throws<InputException>(() => _runs.Train(branch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_run_is_not_trained_again()
    {
        var run = _runs.Create("run", _runs.Training(5));
        var result = _runs.Train(run);
        Assert.Equal(result, _runs.Train(run));
        Assert.False(File.Exists(run.Attempt(2).CurveFile));
        Assert.Empty(run.Attempt(1).CheckpointSteps());
    }

    internal static void AssertEqual(RunResult expected, RunResult actual) =>
        Assert.Equal(Timeless(expected), Timeless(actual));

    internal static RunResult Timeless(RunResult result) =>
        result with { Key = "", Attempt = 0, WallSeconds = 0, EvaluationSeconds = 0, PeakMemoryBytes = null };

    private RunFolder Trunk(string name, long start, long end, string? parent)
    {
        var folder = _runs.Create(name, _runs.Training(end, RunPhase.Trunk, start), parent);
        Assert.Equal(RunStatus.Ok, _runs.Train(folder)!.Status);
        return folder;
    }

    // The loop of a textbook from step 0 to the end of the branch: no trunk, no checkpoint, no trainer.
    private byte[] InOneGo(TrainingSpec training, int chunk)
    {
        using var objective = new NextToken(training, _runs.Store, CPU);
        using var optimizer = new FusedAdamW(objective.Parameters, training.Optimizer, training.Model.Width);
        var (timeline, rate) = (new Timeline(training.Batch), new LearningRate(training));
        for (var step = 0L; step < training.EndStep; step++)
        {
            var (batch, sample) = (timeline.BatchAt(step), timeline.SeenBefore(step) / 16);
            for (var left = (int)(batch / 16); left > 0; left -= chunk, sample += chunk)
            {
                using var scope = NewDisposeScope();
                (objective.LossSum(sample, Math.Min(left, chunk)) / batch).backward();
            }

            optimizer.Step(rate.At(step));
            objective.Parameters.DropGradients();
        }

        var folder = Directory.CreateTempSubdirectory("scalelab-test-");
        try
        {
            objective.Export(folder.FullName);
            return File.ReadAllBytes(Path.Combine(folder.FullName, "model.safetensors"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
