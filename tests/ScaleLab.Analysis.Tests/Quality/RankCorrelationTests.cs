using ScaleLab.Analysis.Quality;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Tests.Quality;

public sealed class RankCorrelationTests
{
    [Fact]
    public void Errors_that_fall_with_the_loss_correlate_fully_whatever_the_curve()
    {
        var probe = Of(Enumerable.Range(1, 12).Select(i => (Loss: 1.0 / i, Error: Math.Exp(-i), Trunk: $"{i}")));
        Assert.Equal(1, probe.Rho, 1e-12);
        Assert.True(probe.LossOrdersQuality);
        Assert.Equal((12, 12), (probe.Runs, probe.Clusters));
    }

    [Fact]
    public void Errors_that_rise_as_the_loss_falls_are_no_quality()
    {
        var probe = Of(Enumerable.Range(1, 12).Select(i => (Loss: 1.0 / i, Error: 0.5 + (0.01 * i), Trunk: $"{i}")));
        Assert.Equal(-1, probe.Rho, 1e-12);
        Assert.False(probe.LossOrdersQuality);
    }

    // By hand: ranks of the errors 1 3 2 4 beside 1 2 3 4; 1 − 6·2 / (4·15).
    [Fact]
    public void A_swapped_pair_is_worth_what_Spearman_says() =>
        Assert.Equal(0.8, Of([(1, 0.1, "a"), (2, 0.3, "b"), (3, 0.2, "c"), (4, 0.4, "d")]).Rho, 1e-12);

    [Fact]
    public void An_order_that_one_trunk_alone_breaks_has_an_interval_that_says_so()
    {
        var runs = Enumerable.Range(0, 24).Select(i => (Loss: (double)i, Error: (double)(i / 4 == 5 ? -i : i), Trunk: $"{i / 4}"));
        var probe = Of(runs);
        Assert.Equal(6, probe.Clusters);
        Assert.InRange(probe.Interval!.Value.Low, -1, probe.Rho - 0.2);
        Assert.False(probe.LossOrdersQuality);
    }

    [Fact]
    public void Few_trunks_are_counted()
    {
        var probe = Of(Enumerable.Range(0, 12).Select(i => (Loss: (double)i, Error: (double)i, Trunk: $"{i / 4}")));
        Assert.Equal((12, 3), (probe.Runs, probe.Clusters));
        Assert.False(probe.LossOrdersQuality);
    }

    [Fact]
    public void Three_runs_or_equal_losses_say_nothing()
    {
        Assert.Empty(RankCorrelation.Of(Rows([(1, 1, "a"), (2, 2, "b"), (3, 3, "c")])));
        Assert.Empty(RankCorrelation.Of(Rows([(1, 1, "a"), (1, 2, "b"), (1, 3, "c"), (1, 4, "d")])));
    }

    [Fact]
    public void Runs_that_diverged_do_not_count()
    {
        var rows = Rows(Enumerable.Range(1, 6).Select(i => ((double)i, (double)i, $"{i}"))).ToList();
        rows.Add(rows[0] with { Status = "diverged", ValLoss = 0, ProbeError = 9 });
        Assert.Equal(6, RankCorrelation.Of(rows).Single().Runs);
    }

    private static RankCorrelation Of(IEnumerable<(double Loss, double Error, string Trunk)> runs) => RankCorrelation.Of(Rows(runs)).Single();

    private static IEnumerable<ResultRow> Rows(IEnumerable<(double Loss, double Error, string Trunk)> runs) =>
        runs.Select((r, i) => VisionRow.At(i + 1, r.Loss) with { ProbeError = r.Error, KnnError = null, Trunk = r.Trunk });
}
