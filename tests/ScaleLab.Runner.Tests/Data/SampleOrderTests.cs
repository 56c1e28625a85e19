using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

public sealed class SampleOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(68_528)]
    public void Each_epoch_reads_every_window_once(int windows)
    {
        var order = new SampleOrder(windows, seed: 7);
        foreach (var epoch in (int[])[0, 1, 5])
        {
            var seen = new bool[windows];
            for (var i = 0; i < windows; i++)
            {
                var window = order[((long)epoch * windows) + i];
                Assert.InRange(window, 0, windows - 1);
                Assert.False(seen[window]);
                seen[window] = true;
            }
        }
    }

    [Fact]
    public void The_order_is_golden()
    {
        var order = new SampleOrder(68_528, seed: 0);
        Assert.Equal([55757, 65395, 5608, 31104, 5442, 36586], Enumerable.Range(0, 6).Select(i => order[i]));
        Assert.Equal([21670, 25147, 61319], Enumerable.Range(68_528, 3).Select(i => order[i]));
        Assert.Equal(1072231748290727043, new SampleOrder(long.MaxValue / 3, seed: -1)[1L << 60]);
    }

    [Fact]
    public void Seeds_and_epochs_give_unrelated_orders()
    {
        const int windows = 5_000;
        var (zero, one) = (new SampleOrder(windows, 0), new SampleOrder(windows, 1));
        var seeds = Enumerable.Range(0, windows).Count(i => zero[i] == one[i]);
        var epochs = Enumerable.Range(0, windows).Count(i => zero[i] == zero[i + windows]);

        // Two random permutations agree in a Poisson(1) number of places.
        Assert.InRange(seeds, 0, 8);
        Assert.InRange(epochs, 0, 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(64)]
    public void Windows_read_near_each_other_in_time_are_not_near_in_the_text(int lag)
    {
        const int windows = 20_011;
        var order = new SampleOrder(windows, seed: 3);
        var x = Enumerable.Range(0, windows).Select(i => (order[i] - ((windows - 1) / 2.0)) / windows).ToArray();
        var variance = x.Sum(v => v * v);
        var correlation = Enumerable.Range(0, windows - lag).Sum(i => x[i] * x[i + lag]) / variance;

        // 4 standard deviations of the correlation of so many independent draws.
        Assert.InRange(correlation, -4 / Math.Sqrt(windows), 4 / Math.Sqrt(windows));
    }

    [Fact]
    public void Any_window_may_come_first()
    {
        const int windows = 10;
        var counts = new int[windows];
        for (var seed = 0; seed < 10_000; seed++)
        {
            counts[new SampleOrder(windows, seed)[0]]++;
        }

        // χ² with 9 degrees of freedom exceeds 28 once in a thousand.
        Assert.InRange(counts.Sum(c => (c - 1000.0) * (c - 1000.0) / 1000.0), 0, 28);
    }

    [Fact]
    public void The_largest_number_of_windows_still_works()
    {
        var order = new SampleOrder(long.MaxValue, seed: 0);
        var windows = Enumerable.Range(0, 1_000).Select(i => order[i]).ToList();
        Assert.All(windows, w => Assert.InRange(w, 0, long.MaxValue - 1));
        Assert.Equal(1_000, windows.Distinct().Count());
    }

    [Fact]
    public void A_sample_before_the_first_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleOrder(10, 0)[-1]);
}
