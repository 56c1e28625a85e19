using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class HygieneTests
{
    [Fact]
    public void Clean_data_are_not_flagged()
    {
        var flagged = Enumerable.Range(0, 30).Sum(seed => Fit(Noisy(seed)).Flagged.Count);

        // Of 1,080 rows of plain noise; three standard deviations and a scale from 36 rows leave some 8.
        Assert.InRange(flagged, 0, 21);
    }

    [Fact]
    public void The_rows_that_a_small_fit_interpolates_do_not_make_the_others_look_wrong()
    {
        var flagged = Enumerable.Range(0, 50).Sum(seed => Fit(Synthetic.Grid(Synthetic.Chinchilla, 4, 4, noise: RecoveryTests.Noise(0.01, (ulong)seed))).Flagged.Count);

        // Of 800 rows of plain noise.
        Assert.InRange(flagged, 0, 24);
    }

    [Theory]
    [InlineData(14)] // in the middle
    [InlineData(0)] // at the corner that carries both exponents
    [InlineData(35)] // at the corner that carries the floor
    public void A_run_far_above_the_law_is_flagged_and_kept(int row)
    {
        var fit = Fit(Spoilt(row, o => o with { Loss = 1.1 * o.Loss }));
        var flag = Assert.Single(fit.Flagged, f => f.Run == $"r{row / 6}-{row % 6}");
        Assert.Contains("above the law of the other rows", flag.Reason, StringComparison.Ordinal);
        Assert.Equal(36, fit.NObservations);
    }

    [Fact]
    public void A_run_that_was_cut_short_is_told_by_the_share_of_its_data()
    {
        var flag = Flag(7, o => o with { Loss = Synthetic.Chinchilla.Loss(o.N, 0.5 * o.D), LearningRate = 0.001 });
        Assert.Equal(FlagKind.Truncated, flag.Kind);
        Assert.Matches(@"^loss \S+ is \d+\.\d % above the law of the other rows, \d+\.\d standard deviations; the law expects as much after (4[6-9]|5[0-4]) % of its D: cut short\?$", flag.Reason);
    }

    [Fact]
    public void A_learning_rate_unlike_the_others_is_named()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.003, 8));
        var rows = table.Observations.Select((o, i) => o with { LearningRate = i == 14 ? 0.004 : 0.001, Loss = i == 14 ? 1.06 * o.Loss : o.Loss });
        var flag = Assert.Single(Fit(table with { Observations = [.. rows] }).Flagged, f => f.Run == "r2-2");
        Assert.Equal(FlagKind.Untuned, flag.Kind);
        Assert.EndsWith("; its learning rate is 0.004, that of most runs of this N 0.001", flag.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Learning_rates_that_were_tried_beside_a_better_one_are_flagged()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.003, 8));
        var tuned = table.Observations.Select(o => o with { LearningRate = 0.001 });
        var tried = table.Observations.Take(3).Select(o => o with { Run = o.Run + "-fast", LearningRate = 0.002, Loss = 1.02 * o.Loss });
        var flags = Fit(table with { Observations = [.. tuned, .. tried] }).Flagged;
        Assert.Equal(["r0-0-fast", "r0-1-fast", "r0-2-fast"], flags.Where(f => f.Kind == FlagKind.Untuned).Select(f => f.Run));
    }

    [Fact]
    public void A_diverged_run_is_told_from_a_bad_one() => Assert.Equal(FlagKind.Diverged, Flag(14, o => o with { Loss = 10.8 }).Kind);

    [Fact]
    public void N_and_D_exchanged_are_recognised()
    {
        var flag = Flag(8, o => o with { N = o.D, D = o.N });
        Assert.Equal(FlagKind.Swapped, flag.Kind);
        Assert.EndsWith("; it fits with N and D exchanged", flag.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e-3, 1, "; it fits N = 25.1M: is N in thousands here?")]
    [InlineData(1, 1e3, "; it fits D = 3.15B: is D a thousand times too large here?")]
    public void Units_that_are_a_thousandfold_off_are_recognised(double factorOfN, double factorOfD, string end)
    {
        var flag = Flag(8, o => o with { N = factorOfN * o.N, D = factorOfD * o.D });
        Assert.Equal(FlagKind.WrongUnit, flag.Kind);
        Assert.EndsWith(end, flag.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_that_does_not_go_with_N_and_D_shows_the_unit()
    {
        var flag = Flag(35, o => o with { C = o.C / 1e3 });
        Assert.Equal((FlagKind.WrongUnit, "C/(N·D) is 0.006 here and 6 in the other rows: N, D or C in other units?"), (flag.Kind, flag.Reason));
    }

    [Fact]
    public void A_loss_below_the_floor_of_the_others_is_impossible()
    {
        var flag = Flag(35, o => o with { Loss = 1.5 });
        Assert.Equal(FlagKind.BelowFloor, flag.Kind);
        Assert.Matches(@"^loss 1\.5 is not above the floor E = 1\.\d+ of the other rows$", flag.Reason);
    }

    [Fact]
    public void A_row_that_stands_twice_in_the_file_is_flagged()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla);
        var twice = table with { Observations = [.. table.Observations, table.Observations[3] with { Run = "copy" }] };
        Assert.Equal(new FlaggedRun("copy", FlagKind.Duplicate, "repeats r0-3: equal N, D and loss"), Assert.Single(Fit(twice).Flagged));
    }

    [Fact]
    public void A_copy_may_be_rounded_but_a_replicate_is_no_copy()
    {
        var table = Noisy(3);
        var near = table.Observations[3] with { Run = "near", Loss = table.Observations[3].Loss * 1.0001 };
        Assert.Equal(FlagKind.Duplicate, Assert.Single(Fit(table with { Observations = [.. table.Observations, near] }).Flagged, f => f.Run == "near").Kind);
        Assert.DoesNotContain(Fit(table with { Observations = [.. table.Observations, near with { Seed = "1" }] }).Flagged, f => f.Run == "near");
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
    public void The_fit_without_the_flagged_rows_stands_beside_the_one_with_them()
    {
        var table = Spoilt(8, o => o with { N = o.D, D = o.N });
        var flagged = Fit(table).Flagged.Select(f => f.Run).ToHashSet();
        var clean = Fit(table with { Observations = [.. table.Observations.Where(o => !flagged.Contains(o.Run))] });
        var (with, (left, excluded)) = (Fit(table), ParametricFit.WithoutFlagged(table, ScalingLaw.Of("chinchilla")));
        Assert.Equal(clean.NObservations, with.WithoutFlagged!.NObservations);
        Assert.All(clean.Parameters, p => Synthetic.Close(p.Value, with.WithoutFlagged.Parameters[p.Key], 1e-6));
        Synthetic.Close(clean.Frontier!.ExponentN, with.WithoutFlagged.A!.Value, 1e-6);
        Assert.Equal(clean.Parameters, Fit(left).Parameters);
        Assert.Equal(with.Flagged, excluded);
        Assert.Null(Fit(Synthetic.Grid(Synthetic.Chinchilla)).WithoutFlagged);
    }

    [Fact]
    public void A_law_that_misses_everything_does_not_flag_everything()
    {
        // A law of D alone cannot follow N.
        var fit = ParametricFit.Run(Noisy(1), ScalingLaw.Of("one_variable:d"), Synthetic.NoBootstrap);
        Assert.InRange(fit.Flagged.Count, 0, 10);
    }

    [Fact]
    public void Compute_that_is_not_six_times_N_times_D_is_said()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla);
        var fit = Fit(table with { Observations = [.. table.Observations.Select(o => o with { C = 7.5 * o.N * o.D })] });
        Assert.Equal("C/(N·D) is 7.5 in these data; the frontier counts 6 FLOPs per parameter and token", Assert.Single(fit.Diagnostics.Warnings));
        Synthetic.Close(7.5, fit.Diagnostics.MeasuredFlopsPerNd!.Value, 1e-12);
        Assert.Equal(6, fit.Frontier!.FlopsPerNd);
    }

    private static FlaggedRun Flag(int row, Func<Observation, Observation> spoil) => Assert.Single(Fit(Spoilt(row, spoil)).Flagged, f => f.Run == $"r{row / 6}-{row % 6}");

    private static ObservationTable Spoilt(int row, Func<Observation, Observation> spoil)
    {
        var table = Noisy(8);
        return table with { Observations = [.. table.Observations.Select((o, i) => i == row ? spoil(o) : o)] };
    }

    private static ObservationTable Noisy(int seed) => Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.003, (ulong)seed));

    private static Fit Fit(ObservationTable table) => ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
}
