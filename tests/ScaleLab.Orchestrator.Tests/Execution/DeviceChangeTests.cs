using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Tests.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class DeviceChangeTests
{
    private const string TwoSizes = "grid: {n: [15k, 43k], d: 1M}\ntrain: {schedule: cosine}";

    private static readonly Target Gpu = new() { Device = "cuda" };

    [Fact]
    public async Task A_run_that_has_not_begun_moves_to_the_device_that_is_asked_for()
    {
        using var sweep = new TestSweep(TwoSizes);
        Publish(sweep, sweep.Plan);
        sweep.Plan = Sample.Plan(TwoSizes, Gpu);
        Assert.DoesNotContain('\n', await OpeningAsync(sweep));
        Assert.All(sweep.Plan.Runs, r => Assert.Equal(r.Spec.Execution, sweep.Folder.Run(r.Key).ReadSpec().Execution));
    }

    [Theory]
    [InlineData("cpu", "cuda", "sample: 1 of them began on cpu and stay there")]
    [InlineData("cuda", "cpu", "sample: 1 of them began on cuda and stay there; they need --devices cuda")]
    public async Task A_run_that_has_begun_stays_and_this_is_told(string first, string then, string line)
    {
        using var sweep = new TestSweep(TwoSizes);
        Publish(sweep, Sample.Plan(TwoSizes, new Target { Device = first }));
        sweep.Folder.Run(sweep.Plan.Runs[0].Key).ClaimAttempt();
        sweep.Plan = Sample.Plan(TwoSizes, new Target { Device = then });
        Assert.EndsWith("\n" + line, await OpeningAsync(sweep), StringComparison.Ordinal);
        Assert.Equal([first, then], sweep.Plan.Runs.Select(r => sweep.Folder.Run(r.Key).ReadSpec().Execution.Device));
    }

    [Fact]
    public async Task A_finished_run_is_no_matter()
    {
        using var sweep = new TestSweep(TwoSizes);
        await sweep.RunAsync();
        sweep.Plan = Sample.Plan(TwoSizes, Gpu);
        Assert.Equal("sample: all 2 runs have ended", await OpeningAsync(sweep));
    }

    [Fact]
    public async Task Unless_told_otherwise_unfinished_runs_stay_on_the_device_they_were_planned_for()
    {
        using var sweep = new TestSweep(TwoSizes);
        Assert.Null(sweep.Folder.PlannedDevice());
        Publish(sweep, sweep.Plan);
        Assert.Null(sweep.Folder.PlannedDevice());
        sweep.Plan = Sample.Plan(TwoSizes, Gpu);
        Publish(sweep, sweep.Plan);
        Assert.Equal("cuda", sweep.Folder.PlannedDevice());
        await sweep.RunAsync();
        Assert.Null(sweep.Folder.PlannedDevice());
    }

    private static void Publish(TestSweep sweep, Plan plan)
    {
        foreach (var run in plan.Runs)
        {
            sweep.Folder.Run(run.Key).Create(run.Spec);
        }
    }

    private static async Task<string> OpeningAsync(TestSweep sweep)
    {
        var opening = "";
        await new SweepSession(sweep.Plan, sweep.Folder, TimeProvider.System).RunAsync(
            () => new SimulatedExecutor(1),
            line =>
            {
                opening = line;
                return sweep.View;
            },
            _ => { },
            TestContext.Current.CancellationToken);
        return opening;
    }
}
