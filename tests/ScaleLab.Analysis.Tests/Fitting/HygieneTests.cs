using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class HygieneTests
{
    [Fact]
    public void Clean_data_are_not_flagged() =>
        Assert.Empty(Fit(RecoveryTests.Noise(0.003, 8)).Flagged);

    [Fact]
    public void The_rows_that_a_small_fit_interpolates_do_not_make_the_others_look_wrong()
    {
        var flagged = Enumerable.Range(0, 50).Sum(seed => ParametricFit.Run(
            Synthetic.Grid(Synthetic.Chinchilla, 4, 4, noise: RecoveryTests.Noise(0.01, (ulong)seed)), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap).Flagged.Count);

        // Of 800 rows of plain noise.
        Assert.InRange(flagged, 0, 20);
    }

    [Fact]
    public void A_run_far_above_the_law_is_flagged_and_kept()
    {
        var noise = RecoveryTests.Noise(0.003, 8);
        var fit = Fit(i => noise(i) + (i == 14 ? 0.3 : 0));
        var flagged = fit.Flagged.Where(f => f.Run == "r2-2").ToList();
        Assert.Contains(flagged, f => f.Reason.Contains("above the law", StringComparison.Ordinal));
        Assert.Contains(flagged, f => f.Reason.Contains("loss rises", StringComparison.Ordinal) && f.Reason.Contains("with more tokens", StringComparison.Ordinal));
        Assert.Equal(36, fit.NObservations);
    }

    [Fact]
    public void A_row_that_stands_twice_in_the_file_is_flagged()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla);
        var twice = table with { Observations = [.. table.Observations, table.Observations[3] with { Run = "copy" }] };
        var flag = Assert.Single(ParametricFit.Run(twice, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap).Flagged);
        Assert.Equal(new FlaggedRun("copy", "repeats r0-3: equal N, D and loss"), flag);
    }

    [Fact]
    public void A_loss_that_rises_with_D_is_flagged_even_where_no_law_can_be_fitted()
    {
        var table = Synthetic.Table([Synthetic.Point("small", 1e6, 1e7, 4.0), Synthetic.Point("large", 1e6, 1e8, 4.5)]);
        var flag = Assert.Single(ParametricFit.Run(table, ScalingLaw.Of("chinchilla")).Flagged);
        Assert.Equal("large", flag.Run);
        Assert.Equal("loss rises from 4 to 4.5 with more tokens (10M to 100M) at N = 1M", flag.Reason);
    }

    [Fact]
    public void Compute_that_is_not_six_times_N_times_D_is_said()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla);
        var dear = table with { Observations = [.. table.Observations.Select(o => o with { C = 7.5 * o.N * o.D })] };
        var fit = ParametricFit.Run(dear, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
        Assert.Equal("C/(N·D) is 7.5 in these data; the frontier counts 6 FLOPs per parameter and token", Assert.Single(fit.Diagnostics.Warnings));
        Synthetic.Close(7.5, fit.Diagnostics.MeasuredFlopsPerNd!.Value, 1e-12);
        Assert.Equal(6, fit.Frontier!.FlopsPerNd);
    }

    private static Fit Fit(Func<int, double> noise) =>
        ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, noise: noise), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
}
