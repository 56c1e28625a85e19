using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Tests.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class ReevaluationTests
{
    [Fact]
    public async Task A_changed_evaluation_measures_every_point_anew_and_no_trunk()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        sweep.Plan = Sample.Plan(TestSweep.SixPoints + "\nevaluation: {blocks: 2}");
        var executor = new ScriptedExecutor((_, _) => null);
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal((12, 0, 0), (summary.Done, summary.Trained, summary.Unmeasured));
        Assert.Equal(sweep.Plan.Runs.Where(r => r.IsPoint).Select(r => r.Key).Order(), executor.Started.Order());
        Assert.Contains("6 finished runs measured as 'evaluation' now says, from their weights", sweep.View.Changes);
    }

    [Fact]
    public async Task A_run_that_cannot_be_measured_anew_says_why_and_the_others_are_measured()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        sweep.Plan = Sample.Plan(TestSweep.SixPoints + "\nevaluation: {blocks: 2}");
        var victim = sweep.Plan.Runs.Last(r => r.IsPoint).Key;
        var summary = await sweep.RunAsync(() => new ScriptedExecutor((spec, _) => spec.Key == victim ? new RunFailure { Class = FailureClass.Permanent, Message = "as told" } : null));
        Assert.Equal((12, 0, 1), (summary.Done, summary.Failed.Count, summary.Unmeasured));
        Assert.Equal(new FailedRun(victim, RunStatus.Failed, "not measured: as told", FailureClass.Permanent), Assert.Single(summary.NotMeasured));
        Assert.Contains($"fail  {victim}: not measured: as told", sweep.View.Changes);
        Assert.Contains("run_not_measured", File.ReadAllText(sweep.Folder.LogFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_while_runs_are_measured_anew_leaves_the_rest_for_later()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        sweep.Plan = Sample.Plan(TestSweep.SixPoints + "\nevaluation: {blocks: 2}");
        var stopped = await sweep.RunAsync(() => new EndlessMeasurement(sweep.Folder));
        Assert.Equal((SweepEnd.Cancelled, 12, 6), (stopped.End, stopped.Done, stopped.Unmeasured));
        Assert.Equal((SweepEnd.Completed, 0), (await sweep.RunAsync()) is var again ? (again.End, again.Unmeasured) : default);
    }

    /// <summary>Has the driver cancelled, and measures until that arrives.</summary>
    private sealed class EndlessMeasurement(SweepFolder folder) : IRunExecutor
    {
        public IReadOnlyList<string> Devices { get; } = ["one", "two"];

        public bool IsSimulated => true;

        public async Task<RunFailure?> ExecuteAsync(RunFolder run, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
        {
            File.WriteAllText(folder.CancelFile, Ownership.Read(folder)!.Nonce);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new RunFailure { Class = FailureClass.Interrupted, Message = "stopped" };
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
