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
