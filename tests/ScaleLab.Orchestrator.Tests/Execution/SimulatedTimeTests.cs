using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Tests.Execution;

public sealed class SimulatedTimeTests
{
    private readonly SimulatedTime _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void Time_jumps_from_one_thing_that_waits_to_the_next()
    {
        var seen = new List<string>();
        Wait("late", 3);
        Wait("early", 1);
        Wait("early too", 1);
        for (var i = 0; i < 4; i++)
        {
            _time.MoveOn();
        }

        Assert.Equal(["early 1", "early too 1", "late 3"], seen);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddHours(3), _time.GetUtcNow());

        void Wait(string what, int hours) =>
            _time.CreateTimer(_ => seen.Add(FormattableString.Invariant($"{what} {_time.Elapsed.TotalHours}")), null, TimeSpan.FromHours(hours), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void What_was_stopped_takes_no_time_and_what_repeats_does_so()
    {
        var fired = 0;
        _time.CreateTimer(_ => fired += 100, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan).Dispose();
        using var again = _time.CreateTimer(_ => fired++, null, TimeSpan.FromHours(2), TimeSpan.FromHours(3));
        _time.MoveOn();
        _time.MoveOn();
        Assert.Equal((2, TimeSpan.FromHours(5)), (fired, _time.Elapsed));
        again.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _time.MoveOn();
        Assert.Equal((2, TimeSpan.FromHours(5)), (fired, _time.Elapsed));
    }
}
