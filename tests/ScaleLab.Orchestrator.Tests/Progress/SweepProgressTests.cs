using Microsoft.Extensions.Time.Testing;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Tests.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Progress;

public sealed class SweepProgressTests
{
    // Two runs of their own, planned at 100 s each.
    private static readonly Plan Plan = Sample.Plan("grid: {n: [15k], d: [0.5M, 1M]}\ntrain: {schedule: cosine}") is var plan
        ? plan with { Runs = [.. plan.Runs.Select(r => r with { Time = TimeSpan.FromSeconds(100) })] }
        : throw new InvalidOperationException();

    private readonly FakeTimeProvider _time = new();
    private readonly RunQueue _queue = new(Plan.Runs);

    [Fact]
    public void Before_the_first_report_the_plan_is_all_there_is()
    {
        Assert.Equal(TimeSpan.FromSeconds(200), Begun(slots: 1).Snapshot().Remaining);
        Assert.Equal(TimeSpan.FromSeconds(100), Begun(slots: 2).Snapshot().Remaining);
    }

    [Fact]
    public void More_slots_do_not_shorten_the_longest_chain() => Assert.Equal(TimeSpan.FromSeconds(100), Begun(slots: 8).Snapshot().Remaining);

    [Fact]
    public void A_machine_half_as_fast_as_planned_doubles_what_is_left()
    {
        var progress = Begun(slots: 1);
        var run = Start(progress);
        progress.Reported(run, At(run, 0));
        _time.Advance(TimeSpan.FromSeconds(100));
        progress.Reported(run, At(run, 0.5));
        var now = progress.Snapshot();
        Assert.Equal(300, now.Remaining.TotalSeconds, 3.0);
        var shown = Assert.Single(now.Running);
        Assert.Equal(0.5, shown.Share, 0.01);
        Assert.Equal(run.Spec.Training.D / 200.0, shown.Rate!.Value, 0.02 * shown.Rate.Value);
        Assert.Equal(100, shown.Remaining!.Value.TotalSeconds, 2.0);
    }

    [Fact]
    public void What_a_finished_run_taught_is_kept()
    {
        var progress = Begun(slots: 1);
        var run = Start(progress);
        _time.Advance(TimeSpan.FromSeconds(50));
        progress.Finished(run, new RunResult { Key = run.Key, Status = RunStatus.Ok, Attempt = 1, Step = run.Spec.Training.EndStep, Machine = null! });
        var now = progress.Snapshot();
        Assert.Equal((1, 0), (now.Done, now.Running.Count));
        Assert.Equal(TimeSpan.FromSeconds(50), now.Remaining);
    }

    [Fact]
    public void A_resumed_run_is_measured_by_what_it_did_here()
    {
        var progress = Begun(slots: 1);
        var run = Start(progress);
        progress.Reported(run, At(run, 0.5));
        _time.Advance(TimeSpan.FromSeconds(25));
        progress.Reported(run, At(run, 0.75));

        // 25 s for a quarter of 100 s is as planned: a quarter of this run and all of the other are left.
        Assert.Equal(125, progress.Snapshot().Remaining.TotalSeconds, 2.0);
    }

    [Fact]
    public void Nothing_is_left_of_failed_runs()
    {
        var progress = Begun(slots: 1);
        progress.Failed(Start(progress));
        Assert.True(_queue.TryTake(_ => true, out var other));
        progress.Failed(other);
        var now = progress.Snapshot();
        Assert.Equal((2, TimeSpan.Zero), (now.Failed, now.Remaining));
    }

    private static WorkerEvent At(PlannedRun run, double share)
    {
        var training = run.Spec.Training;
        var step = (long)(share * training.EndStep);
        return new WorkerEvent { Kind = WorkerEventKind.Progress, Attempt = 1, Step = step, D = new Timeline(training.Batch).SeenBefore(step), Loss = 3 };
    }

    private SweepProgress Begun(int slots)
    {
        var progress = new SweepProgress(Plan.Runs.Count, _queue, () => slots, _time);
        foreach (var run in Plan.Runs)
        {
            progress.Waits(run);
            _queue.Add(run);
        }

        return progress;
    }

    private PlannedRun Start(SweepProgress progress)
    {
        Assert.True(_queue.TryTake(_ => true, out var run));
        progress.Started(run);
        return run;
    }
}
