using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Execution;

/// <summary>A simulated sweep behaves as the model says, in time that nobody waits for.</summary>
public sealed class SimulationTests
{
    private const string Many = "grid: {n: [15k, 43k, 133k], d: [0.5M, 1M, 2M, 4M], seeds: 4}";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task It_takes_as_long_as_the_plan_foretells(int slots)
    {
        var (sweep, clock) = await RunAsync(slots, failures: 0);
        using (sweep)
        {
            var foretold = ListSchedule.Finish(sweep.Plan.Runs, slots);
            Assert.InRange(clock.Elapsed / foretold, 0.9, 1.1);
            var timings = Csv.Read<TimingRow>(sweep.Folder.TimingsFile);
            Assert.Equal(1, timings.Average(t => t.WallSeconds!.Value / t.PredictedSeconds), 0.1);
        }
    }

    [Fact]
    public async Task Attempts_are_lost_at_the_wanted_rate_and_the_losses_stay_the_same()
    {
        var (calm, _) = await RunAsync(slots: 3, failures: 0);
        var (stormy, _) = await RunAsync(slots: 3, failures: 0.2);
        using (calm)
        using (stormy)
        {
            // One that is lost too often has failed, and what grows from it.
            var ended = Csv.Read<ResultRow>(stormy.Folder.ResultsFile).Where(r => r.Status == "ok").ToList();
            Assert.Subset(Csv.Read<ResultRow>(calm.Folder.ResultsFile).ToHashSet(), ended.ToHashSet());
            var attempts = Csv.Read<TimingRow>(stormy.Folder.TimingsFile);
            var lost = attempts.Sum(t => t.Attempts) - attempts.Count(t => t.Status == "ok");
            Assert.InRange((double)lost / attempts.Sum(t => t.Attempts), 0.1, 0.3);
        }
    }

    [Fact]
    public async Task The_same_simulation_runs_the_same_way_twice()
    {
        var (first, one) = await RunAsync(slots: 3, failures: 0.2);
        var (second, two) = await RunAsync(slots: 3, failures: 0.2);
        using (first)
        using (second)
        {
            Assert.Equal(first.View.Changes, second.View.Changes);
            Assert.Equal(one.Elapsed, two.Elapsed);
        }
    }

    private static async Task<(TestSweep Sweep, SimulatedTime Clock)> RunAsync(int slots, double failures)
    {
        var sweep = new TestSweep(Many);
        var times = sweep.Plan.Runs.ToDictionary(r => r.Key, r => r.Time);
        var clock = new SimulatedTime(DateTimeOffset.UnixEpoch);
        var model = new SimulationModel { FailureShare = failures, Estimate = key => times[key] };
        await new SweepSession(sweep.Plan, sweep.Folder, TimeProvider.System) { Simulated = clock }
            .RunAsync(() => new SimulatedExecutor(slots, model: model, clock: clock), _ => sweep.View, _ => { });
        return (sweep, clock);
    }
}
