using Microsoft.Extensions.Time.Testing;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Tests.Execution;

namespace ScaleLab.Orchestrator.Tests.Slurm;

/// <summary>A controller that answers, and knows nothing of the sweep's jobs.</summary>
public sealed class SlurmJobsTests : IDisposable
{
    private readonly TestSweep _sweep = new();
    private readonly FakeTimeProvider _time = new();
    private readonly AttemptFolder _attempt;

    public SlurmJobsTests()
    {
        var keys = _sweep.Plan.Runs.Take(2).Select(r => r.Key).ToList();
        Submission.Create(_sweep.Folder, "sample", [[keys[0]], [keys[1]]], (name, path) => new SbatchScript { Name = name, Folder = _sweep.Folder.Path, Submission = path, Tasks = 2, Options = new SlurmSpec(), Runner = "/r", Environment = new Dictionary<string, string>() }).Accepted("17");
        _attempt = _sweep.Folder.Run(keys[1]).ClaimAttempt();
        File.WriteAllText(_attempt.HeartbeatFile, "");
        File.SetLastWriteTimeUtc(_attempt.HeartbeatFile, _time.GetUtcNow().UtcDateTime);
    }

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public async Task A_task_that_slurm_does_not_list_runs_while_its_worker_beats()
    {
        var (_, tasks) = Assert.Single(await LiveAsync());
        Assert.Equal("17_1", Assert.Single(tasks).Id);
        Assert.Single(Submission.Open(_sweep.Folder));

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(await LiveAsync());
        Assert.Empty(Submission.Open(_sweep.Folder));
    }

    [Fact]
    public async Task A_worker_that_has_closed_its_attempt_beats_no_more()
    {
        _attempt.Publish(new RunFailure { Class = FailureClass.Preempted, Message = "stopped" });
        Assert.Empty(await LiveAsync());
    }

    private Task<IReadOnlyList<(Submission Submission, IReadOnlyList<QueuedTask> Tasks)>> LiveAsync() =>
        SlurmJobs.LiveAsync(_sweep.Folder, new SlurmClient((_, _, _, _) => Task.FromResult(new ToolAnswer(0, "", ""))), _time, TestContext.Current.CancellationToken);
}
