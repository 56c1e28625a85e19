using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Tests.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class PackingTests
{
    private const long Gigabyte = 1_000_000_000;

    private const string ManySmall = "grid: {n: [43k, 133k, 382k, 1M], d: [20M, 40M], seed: [0, 1, 2, 3]}\ntrain: {schedule: cosine, precision: bf16}";

    [Theory]
    [InlineData(1, 1)] // one run fills it
    [InlineData(1.9, 2)]
    [InlineData(3.5, 4)]
    [InlineData(6, 8)]
    [InlineData(100, 16)]
    public async Task Lanes_double_as_long_as_the_device_gets_more_done(double saturation, int lanes)
    {
        using var sweep = new Packed(ManySmall, saturation, 80 * Gigabyte);
        await sweep.RunAsync();
        Assert.Equal(lanes, sweep.Executor.AtOnce["cuda:0"].TakeLast(10).Max());

        // A share of the time goes into the search; most of it is spent well.
        var work = sweep.Session.Plan.Runs.Sum(r => r.Time.TotalSeconds);
        Assert.InRange(sweep.Clock.Elapsed.TotalSeconds, work / saturation, 1.5 * (work / Math.Min(saturation, lanes)) + 240);
    }

    [Fact]
    public async Task A_device_never_holds_more_than_its_memory()
    {
        var spec = ManySmall;
        var largest = Sample.Plan(spec, new Target { Device = "cuda" }).Runs.Max(r => r.Memory);
        using var sweep = new Packed(spec, saturation: 100, (long)(3.4 * largest / 0.9));
        await sweep.RunAsync();
        Assert.InRange(sweep.Executor.Bytes["cuda:0"].Max(), 0, 3.4 * largest);
        Assert.InRange(sweep.Executor.AtOnce["cuda:0"].Max(), 3, 6);
    }

    [Fact]
    public async Task Runs_go_to_the_devices_that_hold_them_the_longest_first()
    {
        const string spec = "grid: {n: [43k, 133k, 1B], d: [40M, 80M]}\ntrain: {schedule: cosine, precision: bf16}";
        using var sweep = new Packed(spec, saturation: 1, 8 * Gigabyte, 80 * Gigabyte);
        await sweep.RunAsync();
        Assert.All(sweep.Session.Plan.Runs.Where(r => r.Memory > 7 * Gigabyte), r => Assert.Equal("cuda:1", sweep.Executor.Where[r.Key]));
        Assert.Contains("cuda:0", sweep.Executor.Where.Values);
        Assert.Equal(sweep.Session.Plan.Runs.MaxBy(r => r.Time)!.Key, sweep.Executor.Where.First(w => w.Value == "cuda:1").Key);
    }

    [Fact]
    public async Task Trunks_start_before_branches_and_devices_share_the_work()
    {
        using var sweep = new Packed("grid: {n: [43k, 133k, 382k, 1M], d: [20M, 40M, 80M]}\ntrain: {precision: bf16}", saturation: 1, 80 * Gigabyte, 80 * Gigabyte);
        var summary = await sweep.RunAsync();
        Assert.Equal((sweep.Session.Plan.Runs.Count, 0), (summary.Done, summary.Failed.Count));
        Assert.All(sweep.Executor.Where.Keys.Take(2), k => Assert.Contains("trunk", k, StringComparison.Ordinal));
        var seconds = sweep.Session.Plan.Runs.GroupBy(r => sweep.Executor.Where[r.Key]).ToDictionary(g => g.Key, g => g.Sum(r => r.Time.TotalSeconds));
        Assert.InRange(seconds["cuda:0"] / seconds["cuda:1"], 0.5, 2);
    }

    [Fact]
    public async Task A_device_that_fails_one_run_after_another_is_left_alone()
    {
        using var sweep = new Packed(ManySmall, saturation: 4, 80 * Gigabyte, 80 * Gigabyte);
        sweep.Executor.Broken = "cuda:1";
        var summary = await sweep.RunAsync();
        Assert.Equal((sweep.Session.Plan.Runs.Count, 0), (summary.Done, summary.Failed.Count));
        Assert.Contains(sweep.Session.View.Changes, c => c.StartsWith("quarantine cuda:1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, "cuda:1")]
    [InlineData(8, "cuda:0")] // the other does not take it
    public async Task A_lost_run_goes_to_another_device_that_takes_it_and_else_back(long other, string then)
    {
        using var sweep = new Packed("grid: {n: [1B], d: [40M]}\ntrain: {schedule: cosine, precision: bf16}", saturation: 1, 80 * Gigabyte, other * Gigabyte);
        var large = sweep.Session.Plan.Runs.Single();
        sweep.Executor.Unlucky = large.Key;
        var summary = await sweep.RunAsync();
        Assert.InRange(large.Memory, 8 * Gigabyte, 70 * Gigabyte);
        Assert.Equal((1, 0), (summary.Done, summary.Failed.Count));
        Assert.Equal(then, sweep.Executor.Where[large.Key]);
    }

    [Fact]
    public async Task What_ran_out_of_memory_on_one_device_goes_to_another()
    {
        const string spec = "grid: {n: [43k, 133k], d: [20M, 40M]}\ntrain: {schedule: cosine, precision: bf16}";
        using var sweep = new Packed(spec, saturation: 1, 40 * Gigabyte, 40 * Gigabyte);
        var large = sweep.Session.Plan.Runs.MaxBy(r => r.Memory)!;
        Directory.CreateDirectory(Path.Combine(sweep.Session.Folder.Path, "runs"));
        new MemoryBook(sweep.Session.Folder).RanOut(large, "cuda:0");
        await sweep.RunAsync();
        Assert.All(sweep.Session.Plan.Runs.Where(r => r.Memory >= large.Memory), r => Assert.Equal("cuda:1", sweep.Executor.Where[r.Key]));
        Assert.DoesNotContain(true, sweep.Executor.Recomputed);
    }

    [Fact]
    public async Task One_that_ran_out_of_memory_in_company_is_tried_alone_and_no_other_is_held_back_for_it()
    {
        using var sweep = new Packed(ManySmall, saturation: 8, 80 * Gigabyte);
        var greedy = sweep.Session.Plan.Runs[^1].Key;
        sweep.Executor.Greedy = key => key == greedy;
        var summary = await sweep.RunAsync();
        Assert.Equal((sweep.Session.Plan.Runs.Count, 0), (summary.Done, summary.Failed.Count));
        Assert.Equal(2, sweep.Session.Folder.Run(greedy).AttemptNumbers().Count);
        Assert.DoesNotContain(true, sweep.Executor.Recomputed);
        Assert.False(File.Exists(sweep.Session.Folder.MemoryFile));
    }

    [Fact]
    public async Task Runs_that_are_too_many_for_a_device_do_not_speak_against_it()
    {
        using var sweep = new Packed(ManySmall, saturation: 8, 80 * Gigabyte, 80 * Gigabyte);
        sweep.Executor.Greedy = _ => true;
        var summary = await sweep.RunAsync();
        Assert.Equal((sweep.Session.Plan.Runs.Count, 0), (summary.Done, summary.Failed.Count));
        Assert.Contains(sweep.Session.View.Changes, c => c.EndsWith(": CUDA out of memory", StringComparison.Ordinal));
        Assert.DoesNotContain(sweep.Session.View.Changes, c => c.StartsWith("quarantine", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stack_that_ends_with_its_worker_speaks_once_against_its_device()
    {
        using var sweep = new TestSweep("grid: {n: [15k, 43k], d: 0.5M, seed: [0, 1, 2, 3]}\ntrain: {schedule: cosine}");
        var executor = new StackingExecutor(4) { Failure = new RunFailure { Class = FailureClass.NativeAbort, Message = "killed by signal 6" } };
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal((8, 0), (summary.Done, summary.Failed.Count));
        Assert.Equal([4, 4], executor.Stacks.Values.Select(s => s.Count));
        Assert.DoesNotContain(sweep.View.Changes, c => c.StartsWith("quarantine", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_two_that_run_out_of_memory_together_neither_is_taken_for_too_large_by_itself()
    {
        using var sweep = new TestSweep();
        var (first, second, later) = (sweep.Plan.Runs[0], sweep.Plan.Runs[1], sweep.Plan.Runs[2]);
        var packing = new Packing(new DevicePool([new DeviceInfo { Device = "cuda:0", MemoryBytes = 80 * Gigabyte }], 16) { IsPacked = true }, new MemoryBook(sweep.Folder), new SimulatedTime(DateTimeOffset.UnixEpoch));
        packing.Started(first, "cuda:0", 0);
        packing.Started(second, "cuda:0", 1);
        packing.Ended(first, "cuda:0");
        Assert.True(packing.WasShared(second, "cuda:0"));
        packing.Ended(second, "cuda:0");
        packing.Started(later, "cuda:0", 0);
        Assert.False(packing.WasShared(later, "cuda:0"));
    }

    [Fact]
    public async Task Seeds_and_rates_are_stacked_and_sizes_are_not()
    {
        using var sweep = new TestSweep("grid: {n: [15k, 43k], d: 0.5M, seed: [0, 1, 2]}\ntrain: {schedule: cosine}");
        var executor = new StackingExecutor(4);
        var summary = await sweep.RunAsync(() => executor);
        Assert.Equal((6, 6, 0), (summary.Done, summary.Trained, summary.Failed.Count));
        Assert.Equal([3, 3], executor.Stacks.Values.Select(s => s.Count));
        Assert.All(executor.Stacks.Values, s => Assert.Single(s.Select(k => k.Split('-')[1]).Distinct()));
    }

    private sealed class StackingExecutor(int stack) : IRunExecutor
    {
        private readonly SimulatedExecutor _simulated = new(2);

        public Dictionary<Stack, List<string>> Stacks { get; } = [];

        /// <summary>Of every run in a stack; null where they end well.</summary>
        public RunFailure? Failure { get; init; }

        public IReadOnlyList<string> Devices => ["cuda:0", "cuda:1"];

        public DevicePool? Pool { get; } = new([new DeviceInfo { Device = "cuda:0" }, new DeviceInfo { Device = "cuda:1" }], 1) { Stack = stack };

        public bool IsSimulated => true;

        public Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
        {
            if (where.Stack is not { } shared)
            {
                return _simulated.ExecuteAsync(folder, where, report, stop);
            }

            lock (Stacks)
            {
                if (!Stacks.TryGetValue(shared, out var there))
                {
                    Stacks[shared] = there = [];
                }

                there.Add(Path.GetFileName(folder.Path));
            }

            return Failure is { } failure ? Task.FromResult<RunFailure?>(failure) : _simulated.ExecuteAsync(folder, where, report, stop);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Packed : IDisposable
    {
        public Packed(string spec, double saturation, params long[] memory)
        {
            var pool = new DevicePool([.. memory.Select((m, k) => new DeviceInfo { Device = FormattableString.Invariant($"cuda:{k}"), MemoryBytes = m })], Packing.MostLanes) { IsPacked = true };
            Session = new TestSweep(spec) { Plan = Sample.Plan(spec, Target.Of(pool)) };
            Executor = new ContendedExecutor(pool, Session.Plan, saturation, Clock);
        }

        public TestSweep Session { get; }

        public SimulatedTime Clock { get; } = new(DateTimeOffset.UnixEpoch);

        public ContendedExecutor Executor { get; }

        public Task<SweepSummary> RunAsync() => new SweepSession(Session.Plan, Session.Folder, new HastyTime()) { Room = Session.Room, Simulated = Clock }.RunAsync(() => Executor, _ => Session.View, _ => { });

        public void Dispose() => Session.Dispose();
    }
}
