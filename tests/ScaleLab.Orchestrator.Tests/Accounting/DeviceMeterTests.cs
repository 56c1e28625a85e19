using Microsoft.Extensions.Time.Testing;
using ScaleLab.Orchestrator.Accounting;

namespace ScaleLab.Orchestrator.Tests.Accounting;

public sealed class DeviceMeterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Runs_beside_each_other_share_the_time_of_their_device()
    {
        var meter = new DeviceMeter(_time);
        var first = meter.Begin("cuda:0");
        Pass(10);
        var second = meter.Begin("cuda:0");
        var elsewhere = meter.Begin("cuda:1");
        Pass(6);
        Assert.Equal((16, 13), Seconds(meter.End(first)));
        Pass(4);
        Assert.Equal((10, 7), Seconds(meter.End(second)));
        Assert.Equal((10, 10), Seconds(meter.End(elsewhere)));
    }

    [Fact]
    public void A_device_without_runs_bills_nobody()
    {
        var meter = new DeviceMeter(_time);
        meter.End(meter.Begin("cpu"));
        Pass(100);
        var use = meter.Begin("cpu");
        Pass(1);
        Assert.Equal((1, 1), Seconds(meter.End(use)));
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private static (double Elapsed, double Share) Seconds((TimeSpan Elapsed, TimeSpan Share) use) => (use.Elapsed.TotalSeconds, use.Share.TotalSeconds);
}
