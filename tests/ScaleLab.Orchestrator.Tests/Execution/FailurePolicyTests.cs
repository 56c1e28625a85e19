using System.Text.Json;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class FailurePolicyTests
{
    private const string TwelveRuns = "grid: {n: [15k, 43k], d: [0.5M, 1M, 2M], seed: [0, 1]}\ntrain: {schedule: cosine}";

    [Theory]
    [InlineData(FailureClass.Interrupted, 21)]
    [InlineData(FailureClass.Preempted, 21)]
    [InlineData(FailureClass.Lost, 4)]
    [InlineData(FailureClass.NodeLost, 11)]
    [InlineData(FailureClass.HostOutOfMemory, 4)]
    [InlineData(FailureClass.DeviceOutOfMemory, 3)]
    [InlineData(FailureClass.NativeAbort, 2)]
    [InlineData(FailureClass.Permanent, 1)]
    public async Task Each_class_has_its_number_of_attempts_and_no_bad_run_stops_the_sweep(FailureClass failure, int attempts)
    {
        using var sweep = new TestSweep(TwelveRuns);
        var victim = sweep.Plan.Runs[3].Key;
        var executor = new ScriptedExecutor((spec, _) => spec.Key == victim ? Failure(failure) : null, "one", "two");
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal(11, summary.Done);
        Assert.Equal(new FailedRun(victim, RunStatus.Failed, "as told", failure), Assert.Single(summary.Failed));
        Assert.Equal(attempts, executor.Started.Count(k => k == victim));
    }

    [Fact]
    public void Every_class_has_a_policy() =>
        Assert.All(Enum.GetValues<FailureClass>(), c => Assert.InRange(FailurePolicy.Of(c).Retries, 0, int.MaxValue));

    [Fact]
    public void Pauses_double_up_to_five_minutes()
    {
        var policy = FailurePolicy.Of(FailureClass.Preempted);
        Assert.Equal([10, 20, 40, 80, 160, 300, 300], Enumerable.Range(1, 7).Select(k => policy.Pause(k).TotalSeconds));
        Assert.Equal(300, policy.Pause(5000).TotalSeconds);
    }

    [Fact]
    public async Task A_retry_waits_for_its_pause_and_the_others_do_not()
    {
        using var sweep = new TestSweep(TwelveRuns);
        var time = new HastyTime();
        var executor = new ScriptedExecutor((spec, attempt) => spec.Key == sweep.Plan.Runs[0].Key && attempt <= 3 ? Failure(FailureClass.Preempted) : null);
        await sweep.RunAsync(() => executor, time);
        Assert.InRange(time.GetElapsedTime(0).TotalSeconds, 70, 71);
    }

    [Fact]
    public async Task After_a_native_abort_the_run_goes_to_another_device()
    {
        using var sweep = new TestSweep(TwelveRuns);
        var victim = sweep.Plan.Runs[3].Key;
        var executor = new ScriptedExecutor((spec, attempt) => spec.Key == victim && attempt == 1 ? Failure(FailureClass.NativeAbort) : null, "cuda:0", "cuda:1");
        Assert.Equal(12, (await sweep.RunAsync(() => executor)).Done);
        var devices = executor.Attempts.Where(a => a.Key == victim).Select(a => a.Device).ToList();
        Assert.Equal(2, devices.Distinct().Count());
    }

    [Fact]
    public async Task A_device_on_which_different_runs_fail_alike_is_used_no_more()
    {
        using var sweep = new TestSweep(TwelveRuns);
        ScriptedExecutor executor = null!;
        executor = new ScriptedExecutor((spec, _) => executor.Attempts.FindLast(a => a.Key == spec.Key).Device == "bad" ? Failure(FailureClass.Lost) : null, "good", "bad");
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal((12, 0), (summary.Done, summary.Failed.Count));
        Assert.Equal(3, executor.Attempts.Count(a => a.Device == "bad"));
        Assert.Contains("quarantine bad: 3 runs in a row failed there (lost)", sweep.View.Changes);
    }

    [Fact]
    public async Task The_last_device_is_never_given_up()
    {
        using var sweep = new TestSweep(TwelveRuns);
        var summary = await sweep.RunAsync(() => new ScriptedExecutor((_, attempt) => attempt <= 3 ? Failure(FailureClass.Lost) : null));
        Assert.Equal(12, summary.Done);
        Assert.DoesNotContain(sweep.View.Changes, c => c.StartsWith("quarantine", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_that_fails_for_three_seeds_is_not_tried_for_the_others()
    {
        using var sweep = new TestSweep("grid: {n: [15k, 43k], d: [0.5M], seed: [0, 1, 2, 3, 4]}\ntrain: {schedule: cosine}");
        var small = sweep.Plan.Runs.Min(r => r.Spec.Training.Model.Parameters.Total);
        var executor = new ScriptedExecutor((spec, _) => spec.Training.Model.Parameters.Total == small ? Failure(FailureClass.Permanent) : null);
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal((5, 5), (summary.Done, summary.Failed.Count));
        Assert.Equal(8, executor.Attempts.Count);
        Assert.Equal(2, summary.Failed.Count(f => f.Reason == "not tried: 3 runs that differ from it in nothing but the seed have failed: as told"));

        // The files say the same, and a new session asks anew.
        Assert.Equal(5, SweepStatus.Read(sweep.Folder, OwnerRecord.OfThisProcess(0), DateTimeOffset.UtcNow).Failed.Count);
        Assert.Equal(10, (await sweep.RunAsync()).Done);
    }

    [Fact]
    public async Task What_exhausts_the_memory_of_the_host_twice_runs_alone_at_the_end()
    {
        using var sweep = new TestSweep(TwelveRuns);
        var victim = sweep.Plan.Runs[0].Key;
        var executor = new ScriptedExecutor((spec, attempt) => spec.Key == victim && attempt <= 2 ? Failure(FailureClass.HostOutOfMemory) : null, "cpu", "cpu", "cpu");
        Assert.Equal(12, (await sweep.RunAsync(() => executor)).Done);
        Assert.Equal((victim, "cpu", false, 0), executor.Attempts[^1]);
        Assert.Equal(14, executor.Attempts.Count);
    }

    [Fact]
    public async Task What_does_not_fit_a_device_recomputes_and_so_does_all_that_is_as_large()
    {
        using var sweep = new TestSweep(TwelveRuns);
        var memory = sweep.Plan.Runs.ToDictionary(r => r.Key, r => r.Memory);
        var limit = memory.Values.Distinct().Order().ElementAt(1);
        var executor = Small();
        Assert.Equal(12, (await sweep.RunAsync(() => executor)).Done);
        var first = executor.Attempts[0];
        Assert.Equal([false, true], executor.Attempts.Where(a => a.Key == first.Key).Select(a => a.Recompute));
        var known = long.MaxValue;
        foreach (var (key, _, recompute, _) in executor.Attempts)
        {
            Assert.Equal(memory[key] >= known, recompute);
            known = !recompute && memory[key] >= limit ? memory[key] : known;
        }

        Assert.Equal(limit, JsonDocument.Parse(File.ReadAllBytes(sweep.Folder.MemoryFile)).RootElement.GetProperty("recompute_from").GetProperty("cuda:0").GetInt64());

        // A later session remembers.
        sweep.Plan = Sweeps.Sample.Plan(TwelveRuns.Replace("[0, 1]", "[0, 1, 2]", StringComparison.Ordinal));
        foreach (var run in sweep.Plan.Runs)
        {
            memory[run.Key] = run.Memory;
        }

        executor = Small();
        Assert.Equal(18, (await sweep.RunAsync(() => executor)).Done);
        Assert.Equal(6, executor.Attempts.Count);

        ScriptedExecutor Small()
        {
            ScriptedExecutor made = null!;
            return made = new ScriptedExecutor((spec, _) => memory[spec.Key] >= limit && !made.Attempts.FindLast(a => a.Key == spec.Key).Recompute ? Failure(FailureClass.DeviceOutOfMemory) : null, "cuda:0");
        }
    }

    [Fact]
    public async Task A_full_disk_pauses_the_queue_until_there_is_room()
    {
        using var sweep = new TestSweep(TwelveRuns);
        var (free, looks) = (0L, 0);
        sweep.Room = new DiskRoom(() => looks++ < 20 ? free : long.MaxValue);
        var executor = new ScriptedExecutor((_, attempt) => attempt == 1 ? Failure(FailureClass.DiskFull) : null);
        Assert.Equal(12, (await sweep.RunAsync(() => executor)).Done);
        Assert.Contains(sweep.View.Changes, c => c.StartsWith($"pause: the disk under {sweep.Folder.Path} is full (0 bytes free, the next run needs ", StringComparison.Ordinal));

        // Told once each time, however long it takes.
        Assert.Equal(sweep.View.Changes.Count(c => c.StartsWith("pause", StringComparison.Ordinal)), sweep.View.Changes.Count(c => c == "room again: going on"));
        Assert.InRange(sweep.View.Changes.Count(c => c.StartsWith("pause", StringComparison.Ordinal)), 1, 12);
    }

    [Fact]
    public async Task Nothing_is_started_where_there_is_no_room_for_it_not_even_what_runs_alone()
    {
        using var sweep = new TestSweep(TwelveRuns);
        var victim = sweep.Plan.Runs[0].Key;
        var executor = new ScriptedExecutor((spec, attempt) => spec.Key == victim && attempt <= 2 ? Failure(FailureClass.HostOutOfMemory) : null, "cpu", "cpu") { IsSimulated = false };
        var shortages = new HashSet<int>();

        // Too little each time, and enough at the second look.
        sweep.Room = new DiskRoom(() => shortages.Add(executor.Attempts.Count) ? 1 : long.MaxValue);
        Assert.Equal(12, (await sweep.RunAsync(() => executor)).Done);
        Assert.Equal(victim, executor.Attempts[^1].Key);
        Assert.Equal(14, executor.Attempts.Count);
        Assert.Contains(sweep.View.Changes, c => c.StartsWith("pause: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, FailureClass.Interrupted, "its driver was killed")]
    [InlineData(true, FailureClass.NodeLost, "machine elsewhere went away")]
    public async Task Attempts_that_nobody_closed_are_closed_by_the_next_session(bool elsewhere, FailureClass expected, string message)
    {
        using var sweep = new TestSweep("grid: {n: [15k], d: [0.5M]}\ntrain: {schedule: cosine}");
        var run = sweep.Folder.Run(sweep.Plan.Runs.Single().Key);
        run.Create(sweep.Plan.Runs.Single().Spec);
        run.ClaimAttempt();
        var dead = OwnerRecord.OfThisProcess(1) with { Started = 1, Host = elsewhere ? "elsewhere" : Environment.MachineName };
        AtomicFile.TryCreate(sweep.Folder.OwnerFile, JsonSerializer.SerializeToUtf8Bytes(dead, OrchestratorJson.Default.OwnerRecord));
        Assert.Equal(1, (await sweep.RunAsync()).Done);
        Assert.Equal(new RunFailure { Class = expected, Message = message }, run.Attempt(1).ReadFailure());
        Assert.Equal(2, run.ReadResult()!.Attempt);
    }

    private static RunFailure Failure(FailureClass failure) => new() { Class = failure, Message = "as told" };
}
