using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Tests.Sweeps;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class SweepServiceTests
{
    private static readonly RunFailure Lost = new() { Class = FailureClass.Lost, Message = "killed by signal 9" };
    private static readonly RunFailure Permanent = new() { Class = FailureClass.Permanent, Message = "no such corpus" };

    [Fact]
    public async Task A_finished_sweep_is_not_repeated()
    {
        using var sweep = new TestSweep();
        var first = await sweep.RunAsync();
        Assert.Equal((12, 12, 12, SweepEnd.Completed), (first.Total, first.Done, first.Trained, first.End));
        var executor = new ScriptedExecutor((_, _) => null);
        var second = await sweep.RunAsync(() => executor);
        Assert.Equal((12, 12, 0), (second.Total, second.Done, second.Trained));
        Assert.Empty(executor.Started);
    }

    [Fact]
    public async Task A_run_waits_for_its_parent_and_the_longest_chain_goes_first()
    {
        using var sweep = new TestSweep();
        var executor = new ScriptedExecutor((_, _) => null);
        await sweep.RunAsync(() => executor);
        var runs = sweep.Plan.Runs.ToDictionary(r => r.Key, r => r.Spec);
        Assert.Equal(12, executor.Attempts.Count);
        var started = executor.Started.ToList();
        foreach (var (key, position) in started.Select((k, i) => (k, i)))
        {
            Assert.True(runs[key].Parent is not { } parent || started.IndexOf(parent) < position);
        }

        // The larger model's trunk is the longest way to the end.
        Assert.StartsWith("lm-n4", started[0]);
        Assert.Equal(RunPhase.Trunk, runs[started[1]].Training.Phase);
    }

    [Fact]
    public async Task A_lost_run_is_tried_once_more()
    {
        using var sweep = new TestSweep();
        var executor = new ScriptedExecutor((_, attempt) => attempt == 1 ? Lost : null);
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal((12, 0), (summary.Done, summary.Failed.Count));
        Assert.Equal(24, executor.Attempts.Count);
    }

    [Fact]
    public async Task A_run_that_is_always_lost_has_failed_and_the_others_go_on()
    {
        using var sweep = new TestSweep();
        var victim = sweep.Plan.Runs.Last(r => r.IsPoint).Key;
        var executor = new ScriptedExecutor((spec, _) => spec.Key == victim ? Lost : null);
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal(11, summary.Done);
        Assert.Equal(new FailedRun(victim, RunStatus.Failed, "killed by signal 9", FailureClass.Lost), Assert.Single(summary.Failed));
        Assert.Equal(4, executor.Started.Count(k => k == victim));
        Assert.Equal("failed", Csv.Read<ResultRow>(sweep.Folder.ResultsFile).Single(r => r.RunKey == victim).Status);
    }

    [Fact]
    public async Task A_permanent_failure_is_not_tried_again()
    {
        using var sweep = new TestSweep();
        var victim = sweep.Plan.Runs.Last(r => r.IsPoint).Key;
        var executor = new ScriptedExecutor((spec, _) => spec.Key == victim ? Permanent : null);
        await sweep.RunAsync(() => executor);
        Assert.Single(executor.Started, victim);
    }

    [Fact]
    public async Task A_failed_trunk_fails_its_branches_with_one_reason()
    {
        using var sweep = new TestSweep();
        var trunk = sweep.Plan.Runs.First(r => r.Spec.Training.Phase == RunPhase.Trunk && r.Parent is null).Key;
        var summary = await sweep.RunAsync(() => new ScriptedExecutor((spec, _) => spec.Key == trunk ? Permanent : null));

        // Its own branch, and all further stretches with theirs: whoever reads of one is sent to the run that failed.
        Assert.Equal((6, 6), (summary.Done, summary.Failed.Count));
        Assert.Equal("no such corpus", summary.Failed[0].Reason);
        Assert.Equal(5, summary.Failed.Count(f => f.Reason == $"needs {trunk}, which failed"));
        Assert.Equal(3, Csv.Read<ResultRow>(sweep.Folder.ResultsFile).Count(r => r.Status == "failed"));
    }

    [Fact]
    public async Task A_sweep_that_comes_to_a_halt_with_runs_undone_ends_with_an_error()
    {
        using var sweep = new TestSweep("grid: {n: [15k, 43k], d: 0.5M}\ntrain: {schedule: cosine}");
        var last = sweep.Plan.Runs[^1];

        // It waits for itself.
        sweep.Plan = sweep.Plan with { Runs = [.. sweep.Plan.Runs.SkipLast(1), last with { Parent = last.Key }] };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => sweep.RunAsync());
        Assert.Equal("1 of 2 runs are left, and nothing starts them", error.Message);
    }

    [Fact]
    public async Task Running_again_tries_failed_runs_again()
    {
        using var sweep = new TestSweep();
        Assert.Equal(0, (await sweep.RunAsync(() => new ScriptedExecutor((_, _) => Lost))).Done);
        Assert.Equal((12, 12), ((await sweep.RunAsync()) is var s ? (s.Done, s.Trained) : default));
        Assert.All(Csv.Read<ResultRow>(sweep.Folder.ResultsFile), r => Assert.Equal("ok", r.Status));
    }

    [Fact]
    public async Task A_new_point_of_the_same_sweep_is_added()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        sweep.Plan = Sample.Plan(TestSweep.SixPoints.Replace("43k", "43k, 133k", StringComparison.Ordinal));
        var summary = await sweep.RunAsync();
        Assert.Equal((18, 18, 6), (summary.Total, summary.Done, summary.Trained));
        Assert.Equal(9, Csv.Read<ResultRow>(sweep.Folder.ResultsFile).Count);
    }

    [Fact]
    public async Task Another_sweep_in_the_same_folder_is_refused()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        sweep.Plan = Sample.PlanText(sweep.Plan.Text.Replace("name: sample", "name: other", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<InputException>(() => sweep.RunAsync());
        Assert.Equal($"{sweep.Folder.Path} holds the sweep 'sample', not 'other'; choose another folder with --out", error.Message);
    }

    [Fact]
    public async Task A_folder_with_other_files_is_refused()
    {
        using var sweep = new TestSweep();
        Directory.CreateDirectory(sweep.Folder.Path);
        File.WriteAllText(sweep.Folder.ResultsFile, "my own");
        await Assert.ThrowsAsync<InputException>(() => sweep.RunAsync());
        Assert.Equal("my own", sweep.Results);
    }

    [Fact]
    public async Task Simulated_results_never_mix_with_trained_ones()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        await Assert.ThrowsAsync<InputException>(() => sweep.RunAsync(() => new LocalExecutor(["cpu"], _ => throw new InvalidOperationException("no worker is needed to see it"), TimeProvider.System)));
    }

    [Fact]
    public async Task The_first_plan_of_a_run_decides_its_bits()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync(() => new ScriptedExecutor((_, _) => Lost));
        var run = sweep.Plan.Runs[0].Spec;
        sweep.Plan = sweep.Plan with { Runs = [.. sweep.Plan.Runs.Select(r => r with { Spec = r.Spec with { Execution = r.Spec.Execution with { Math = MathPath.Fast } } })] };
        await sweep.RunAsync();
        Assert.Equal(MathPath.Exact, sweep.Folder.Run(run.Key).ReadSpec().Execution.Math);
    }

    [Fact]
    public async Task A_diverged_run_is_a_result_and_is_never_repeated()
    {
        using var sweep = new TestSweep("grid: {n: [15k], d: [0.5M]}\ntrain: {schedule: cosine}");
        var run = sweep.Plan.Runs.Single().Spec;
        var folder = sweep.Folder.Run(run.Key);
        folder.Create(run);
        folder.Publish(new RunResult
        {
            Key = run.Key,
            Status = RunStatus.Diverged,
            Attempt = folder.ClaimAttempt().Number,
            Step = 7,
            Machine = new RunMachine { Host = "", Device = SimulatedExecutor.Device, Libtorch = "", Build = "" },
        });
        var summary = await sweep.RunAsync();
        Assert.Equal(new FailedRun(run.Key, RunStatus.Diverged, "the loss ceased to be a number at step 7"), Assert.Single(summary.Failed));
        Assert.Equal(0, summary.Trained);
        Assert.Equal("diverged", Assert.Single(Csv.Read<ResultRow>(sweep.Folder.ResultsFile)).Status);
    }

    [Fact]
    public async Task Every_line_of_the_log_is_an_object_even_after_a_torn_one()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync(() => new ScriptedExecutor((_, attempt) => attempt == 1 ? Lost : null));
        File.AppendAllText(sweep.Folder.LogFile, "{\"torn");
        await sweep.RunAsync();
        var lines = File.ReadAllLines(sweep.Folder.LogFile).Where(l => l != "{\"torn").Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(12, lines.Count(l => l.GetProperty("event").GetString() == "run_retried" && l.GetProperty("class").GetString() == "lost"));
        Assert.Equal(12, lines.Count(l => l.GetProperty("event").GetString() == "run_ended" && l.GetProperty("status").GetString() == "ok"));
    }

    [Fact]
    public async Task A_clock_that_jumps_changes_no_table()
    {
        using var steady = new TestSweep();
        await steady.RunAsync();
        using var jumpy = new TestSweep();
        await jumpy.RunAsync(() => new ScriptedExecutor((_, attempt) => attempt == 1 ? Lost : null), new JumpyTime());
        Assert.Equal((steady.Results, steady.Curves), (jumpy.Results, jumpy.Curves));
    }

    [Fact]
    public async Task What_a_killed_driver_left_half_written_goes_and_what_another_writes_now_stays()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        var (old, fresh) = ($"{sweep.Folder.PlanFile}.{Guid.NewGuid():N}", $"{sweep.Folder.OwnerFile}.{Guid.NewGuid():N}");
        File.WriteAllText(old, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-1));
        File.WriteAllText(fresh, "half");
        await sweep.RunAsync();
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(fresh));
        Assert.Equal(12, Csv.Read<PlanRow>(sweep.Folder.PlanFile).Count);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_line()
    {
        using var sweep = new TestSweep();
        var folder = new SweepFolder("/sys/scalelab");
        var session = new SweepSession(sweep.Plan, folder, TimeProvider.System);
        var error = await Assert.ThrowsAsync<InputException>(() => session.RunAsync(() => new SimulatedExecutor(1), _ => sweep.View, _ => { }, TestContext.Current.CancellationToken));
        Assert.StartsWith("cannot write to /sys/scalelab: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("; choose another folder with --out", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>Its date leaps by a decade, back and forth, each time somebody looks.</summary>
    private sealed class JumpyTime : TimeProvider
    {
        private readonly HastyTime _steady = new();
        private int _reads;

        public override long TimestampFrequency => _steady.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddYears(++_reads % 2 == 0 ? 10 : -10);

        public override long GetTimestamp() => _steady.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _steady.CreateTimer(callback, state, dueTime, period);
    }
}
