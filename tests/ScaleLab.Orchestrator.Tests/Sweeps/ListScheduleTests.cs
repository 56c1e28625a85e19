using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class ListScheduleTests
{
    [Theory]
    [InlineData(1, 14)]
    [InlineData(2, 8)] // a-b-c takes 8; d and e fit beside it
    [InlineData(9, 8)]
    public void The_longest_chain_goes_first(int slots, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ListSchedule.Finish([Run("d", 2), Run("a", 1), Run("b", 3, "a"), Run("c", 4, "b"), Run("e", 4, "a")], slots));

    [Fact]
    public void A_chain_gains_nothing_from_a_second_slot() =>
        Assert.Equal(TimeSpan.FromSeconds(6), ListSchedule.Finish([Run("a", 1), Run("b", 2, "a"), Run("c", 3, "b")], slots: 2));

    [Fact]
    public void No_schedule_beats_the_longest_chain_or_the_mean_load()
    {
        var runs = Sample.Plan("grid: {n: [15k, 43k, 133k], d: [0.5M, 1M, 2M]}").Runs;
        var chain = ListSchedule.Chains(runs).Values.Max();
        var work = TimeSpan.FromTicks(runs.Sum(r => r.Time.Ticks));
        for (var slots = 1; slots < 8; slots++)
        {
            var finish = ListSchedule.Finish(runs, slots);
            Assert.True(finish >= chain && finish >= work / slots);
            Assert.True(finish <= (work / slots) + chain);
        }
    }

    private static PlannedRun Run(string key, int seconds, string? parent = null)
    {
        var some = Sample.Plan("grid: {n: 15k, d: 1M}").Runs[0];
        return some with { Key = key, Parent = parent, Time = TimeSpan.FromSeconds(seconds) };
    }
}
