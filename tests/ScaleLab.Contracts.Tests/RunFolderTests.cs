using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Tests;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_run_grows_from_the_trunk_that_the_latest_plan_names()
    {
        // With fewer D the trunk is cut elsewhere: the same branch has another parent.
        var folder = new RunFolder(Path.Combine(_root, "branch"));
        folder.Create(Spec("trunk-8k-16k"));
        folder.ClaimAttempt();
        Assert.Equal("trunk-16k", folder.Create(Spec("trunk-16k")).Parent);
        Assert.Equal("trunk-16k", folder.ReadSpec().Parent);
    }

    [Fact]
    public void A_run_that_has_begun_keeps_its_arithmetic()
    {
        var folder = new RunFolder(Path.Combine(_root, "run"));
        folder.Create(Spec(null));
        folder.ClaimAttempt();
        var other = Spec(null) with { Execution = new ExecutionSpec { Device = "cuda", Chunk = 64 } };
        Assert.Equal(4, folder.Create(other).Execution.Chunk);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"format\": 1, \"cl")]
    [InlineData("\0\0\0\0")]
    public void An_attempt_whose_failure_cannot_be_read_is_closed_and_may_be_closed_anew(string damage)
    {
        var attempt = new RunFolder(Path.Combine(_root, "run")).ClaimAttempt();
        attempt.Publish(new RunFailure { Class = FailureClass.Preempted, Message = "stopped" });
        File.WriteAllText(Path.Combine(attempt.Path, "failure.json"), damage);
        Assert.Equal(FailureClass.Lost, attempt.ReadFailure()!.Class);
        Assert.Throws<OperationCanceledException>(attempt.ThrowIfClosed);

        var anew = new RunFailure { Class = FailureClass.NodeLost, Message = "gone" };
        Assert.True(attempt.Publish(anew));
        Assert.Equal(anew, attempt.ReadFailure());
        Assert.False(attempt.Publish(anew with { Message = "again" }));
    }

    [Fact]
    public void An_evaluation_that_cannot_be_read_is_none_and_is_written_anew()
    {
        var folder = new RunFolder(Path.Combine(_root, "run"));
        var evaluation = new RunEvaluation { Evaluation = new EvaluationSpec { Blocks = 2 }, ValLoss = 3 };
        folder.Publish(evaluation);
        File.WriteAllText(folder.EvaluationFile(evaluation.Evaluation), "{");
        Assert.Null(folder.ReadEvaluation(evaluation.Evaluation));
        folder.Publish(evaluation);
        Assert.Equal(3, folder.ReadEvaluation(evaluation.Evaluation)!.ValLoss);
    }

    [Fact]
    public void A_restore_point_that_cannot_be_read_is_none()
    {
        var attempt = new RunFolder(Path.Combine(_root, "run")).ClaimAttempt();
        attempt.Publish(new RestorePoint(3, null));
        File.WriteAllText(attempt.RestoreFile, "{");
        Assert.Null(attempt.ReadRestorePoint());
    }

    private static RunSpec Spec(string? parent) => new()
    {
        Key = "run",
        Sweep = "test",
        Parent = parent,
        Execution = new ExecutionSpec { Chunk = 4 },
        Evaluation = new EvaluationSpec(),
        Build = "test",
        Training = new TrainingSpec
        {
            Model = LanguageModelFamily.Solve(43e3, new LanguageModelOptions(), vocabulary: 256),
            Corpus = "c",
            Phase = RunPhase.Branch,
            StartStep = 10,
            EndStep = 20,
            D = 20,
            Batch = new BatchSpec { Initial = 1 },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Wsd, Warmup = 0 },
            Optimizer = new OptimizerSpec { Lr = 1e-3 },
            Seed = 0,
        },
    };
}
