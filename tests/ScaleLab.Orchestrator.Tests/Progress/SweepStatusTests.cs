using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Tests.Execution;

namespace ScaleLab.Orchestrator.Tests.Progress;

public sealed class SweepStatusTests
{
    private static readonly OwnerRecord Here = OwnerRecord.OfThisProcess(2);
    private static readonly RunFailure Lost = new() { Class = FailureClass.Lost, Message = "killed by signal 9" };

    [Fact]
    public async Task A_finished_sweep_is_done_and_undriven()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        var status = SweepStatus.Read(sweep.Folder, Here, DateTimeOffset.UtcNow);
        Assert.Equal(("sample", 12, 12, 0, 0, 0), (status.Sweep, status.Total, status.Done, status.Running.Count, status.Waiting, status.Failed.Count));
        Assert.Null(status.Driver);
        Assert.Null(status.RemainingSeconds);
    }

    [Fact]
    public async Task Failed_runs_say_why_and_their_branches_too()
    {
        using var sweep = new TestSweep();
        var trunk = sweep.Plan.Runs[0].Key;
        await sweep.RunAsync(() => new ScriptedExecutor((spec, _) => spec.Key == trunk ? Lost : null));
        var status = SweepStatus.Read(sweep.Folder, Here, DateTimeOffset.UtcNow);
        Assert.Equal((6, 6), (status.Done, status.Failed.Count));
        Assert.Contains(new FailedRun(trunk, RunStatus.Failed, "killed by signal 9", FailureClass.Lost), status.Failed);
        Assert.Equal(5, status.Failed.Count(f => f.Reason == $"needs {trunk}, which failed"));
    }

    [Fact]
    public async Task A_run_has_failed_when_its_driver_says_so_and_not_by_what_happened_before()
    {
        using var sweep = new TestSweep("grid: {n: [15k], d: [0.5M]}\ntrain: {schedule: cosine}");
        var run = sweep.Folder.Run(sweep.Plan.Runs.Single().Key);

        // A stop of its task in between, and four losses in one session: no more than three were to be borne.
        await sweep.RunAsync(() => new ScriptedExecutor((_, attempt) => attempt == 3 ? new RunFailure { Class = FailureClass.Interrupted, Message = "its task was cancelled" } : Lost));
        Assert.Equal(5, run.AttemptNumbers().Count);
        Assert.Single(Failed());
        Assert.Equal("failed", Assert.Single(Csv.Read<ResultRow>(sweep.Folder.ResultsFile)).Status);

        // A session that loses it once more has not given it up.
        var losses = 0;
        await sweep.RunAsync(() => new ScriptedExecutor((_, attempt) =>
        {
            losses += Failed().Count;
            return attempt == 3 ? null : Lost;
        }));
        Assert.Equal(1, losses); // before its first attempt
        Assert.Empty(Failed());

        IReadOnlyList<FailedRun> Failed() => SweepStatus.Read(sweep.Folder, Here, DateTimeOffset.UtcNow).Failed;
    }

    [Fact]
    public async Task A_run_is_under_way_as_long_as_its_heart_beats()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync(() => new ScriptedExecutor((_, _) => new RunFailure { Class = FailureClass.Interrupted, Message = "stopped" }));
        var attempt = sweep.Folder.Run(sweep.Plan.Runs[0].Key).ClaimAttempt();
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        File.WriteAllText(attempt.HeartbeatFile, "");
        File.SetLastWriteTimeUtc(attempt.HeartbeatFile, now.UtcDateTime);
        attempt.Publish(new RestorePoint(1, null));
        File.SetLastWriteTimeUtc(attempt.RestoreFile, now.UtcDateTime.AddSeconds(-10));
        File.WriteAllText(attempt.CurveFile, "run_key,step,d,c,lr,train_loss,val_loss,annealed\nk,3,1536,1,0.1,4.5,,0\nk,4,20");
        File.SetLastWriteTimeUtc(attempt.CurveFile, now.UtcDateTime.AddSeconds(-2));
        var status = SweepStatus.Read(sweep.Folder, Here, now.AddSeconds(5));
        var running = Assert.Single(status.Running);
        Assert.Equal((sweep.Plan.Runs[0].Key, 3, 4.5, 5.0), (running.Key, running.Step, running.Loss, running.HeartbeatAgeSeconds));

        // From the end of step 1 to that of step 3, in 8 seconds.
        Assert.Equal((1536 - 256) / 8.0, status.DPerSecond);
        Assert.Empty(SweepStatus.Read(sweep.Folder, Here, now.AddMinutes(2)).Running);
    }

    [Fact]
    public async Task What_is_left_is_foretold_from_the_plan_and_what_was_measured()
    {
        using var sweep = new TestSweep();
        var missing = sweep.Plan.Runs.Where(r => r.IsPoint).Select(r => r.Key).ToHashSet();
        await sweep.RunAsync(() => new ScriptedExecutor((spec, _) => missing.Contains(spec.Key) ? new RunFailure { Class = FailureClass.Interrupted, Message = "stopped" } : null));
        foreach (var key in missing)
        {
            // Tried again, and stopped.
            sweep.Folder.Run(key).ClaimAttempt().Publish(new RunFailure { Class = FailureClass.Interrupted, Message = "stopped" });
        }

        await using var owner = await Ownership.TakeAsync(sweep.Folder, Here, TimeProvider.System, TestContext.Current.CancellationToken);
        var status = SweepStatus.Read(sweep.Folder, Here, DateTimeOffset.UtcNow);
        Assert.Equal((6, 6), (status.Done, status.Waiting));
        Assert.Equal(Environment.ProcessId, status.Driver!.Pid);

        var trunks = sweep.Plan.Runs.Where(r => !r.IsPoint).ToList();
        var speed = trunks.Sum(r => sweep.Folder.Run(r.Key).ReadResult()!.WallSeconds) / trunks.Sum(r => r.Time.TotalSeconds);
        var work = sweep.Plan.Runs.Where(r => r.IsPoint).Sum(r => r.Time.TotalSeconds);
        Assert.InRange(status.RemainingSeconds!.Value, 0.9 * speed * work / 2, 1.5 * speed * work / 2);
    }

    [Fact]
    public async Task Device_hours_are_shares_of_devices_where_all_attempts_were_seen_and_hours_on_the_clock_elsewhere()
    {
        using var sweep = new TestSweep();
        var (shared, moved) = (sweep.Plan.Runs[0].Key, sweep.Plan.Runs[1].Key);
        await sweep.RunAsync(() => new ScriptedExecutor((spec, attempt) => spec.Key == moved && attempt == 1 ? Lost : null));
        foreach (var run in (string[])[shared, moved])
        {
            UsageFile.Append(sweep.Folder, new UsageRow { RunKey = run, Device = "cuda:0", Seconds = 7200, DeviceSeconds = 1800 });
        }

        var elsewhere = sweep.Plan.Runs.Where(r => r.Key != shared).Sum(r => sweep.Folder.Run(r.Key).ReadResult()!.WallSeconds);
        Assert.Equal(0.5 + (elsewhere / 3600), SweepStatus.Read(sweep.Folder, Here, DateTimeOffset.UtcNow).DeviceHours, 1e-9);
    }

    [Fact]
    public async Task The_names_in_the_JSON_are_stable()
    {
        using var sweep = new TestSweep();
        var trunk = sweep.Plan.Runs[0].Key;
        await sweep.RunAsync(() => new ScriptedExecutor((spec, _) => spec.Key == trunk ? Lost : null));
        var json = JsonSerializer.SerializeToElement(SweepStatus.Read(sweep.Folder, Here, DateTimeOffset.UtcNow), OrchestratorJson.Default.SweepStatus);
        Assert.Equal(["format", "sweep", "total", "done", "running", "waiting", "failed", "unit", "flops_spent", "device_hours"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["key", "status", "reason", "class"], json.GetProperty("failed")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("failed", json.GetProperty("failed")[0].GetProperty("status").GetString());
    }

    [Fact]
    public void A_folder_without_a_plan_is_an_input_error() =>
        Assert.Throws<InputException>(() => SweepStatus.Read(new SweepFolder(Path.GetTempPath()), Here, DateTimeOffset.UtcNow));
}
