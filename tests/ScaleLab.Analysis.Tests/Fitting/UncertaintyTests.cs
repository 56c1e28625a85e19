using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class UncertaintyTests
{
    private static readonly ScalingLaw Law = ScalingLaw.Of("chinchilla");

    [Fact]
    public void Ninety_percent_intervals_cover_the_truth_about_nine_times_in_ten()
    {
        var (covered, trials) = (0, 60);
        for (var trial = 0; trial < trials; trial++)
        {
            var table = Synthetic.Grid(Synthetic.Chinchilla, 7, 7, noise: RecoveryTests.Noise(0.004, (ulong)trial));
            var fit = ParametricFit.Run(table, Law, new FitOptions { Bootstrap = 200, Level = 0.9, Objective = "mse_log" });
            var a = fit.Intervals.Bounds["a"];
            covered += a.Low <= 0.28 / 0.62 && 0.28 / 0.62 <= a.High ? 1 : 0;
        }

        // Percentiles of 49 rows fall a little short of their level; four binomial deviations (.039) either way are chance.
        Assert.InRange(covered / (double)trials, 0.73, 1.0);
    }

    [Fact]
    public void Branches_of_a_trunk_are_resampled_together()
    {
        var trunks = Trunks(12);
        var apart = trunks with { Observations = [.. trunks.Observations.Select(o => o with { Cluster = null })] };
        var options = new FitOptions { Bootstrap = 300 };
        var (together, alone) = (ParametricFit.Run(trunks, Law, options), ParametricFit.Run(apart, Law, options));
        Assert.Equal(12, together.Intervals.Clusters);
        Assert.Equal(48, alone.Intervals.Clusters);
        Assert.Equal(alone.Parameters["alpha"], together.Parameters["alpha"]);
        Assert.True(together.StandardErrors["alpha"] > 1.3 * alone.StandardErrors["alpha"], $"{together.StandardErrors["alpha"]} against {alone.StandardErrors["alpha"]}");
    }

    [Fact]
    public void Five_trunks_get_no_intervals_but_the_reason()
    {
        var fit = ParametricFit.Run(Trunks(5), Law);
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal("5 independent clusters cannot show their own scatter; at least 6 are needed", fit.Intervals.Refused);
        Assert.Empty(fit.Intervals.Bounds);
        Assert.Empty(fit.StandardErrors);
        Assert.Empty(fit.Draws);
        Assert.DoesNotContain(Identified.Yes, fit.Identified.Values);
        Assert.Contains("alpha", ParametricFit.Run(Trunks(6), Law).Intervals.Bounds.Keys);
    }

    [Fact]
    public void A_grid_too_narrow_to_show_the_floor_says_so()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, 4, 4, 0.6, 0.6, noise: RecoveryTests.Noise(0.02, 4));
        var fit = ParametricFit.Run(table, Law, new FitOptions { Bootstrap = 300 });
        Assert.Contains(fit.Identified["E"], (Identified[])[Identified.OpenBelow, Identified.No]);
        Assert.NotEqual(Identified.Yes, fit.Identified["A"]);
    }

    [Fact]
    public void A_wide_and_quiet_grid_identifies_every_parameter()
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, 8, 8, 3, 3, noise: RecoveryTests.Noise(0.002, 5)), Law, new FitOptions { Bootstrap = 300 });
        Assert.All(Law.ParameterNames, name => Assert.Equal(Identified.Yes, fit.Identified[name]));
    }

    [Theory]
    [InlineData("alpha", 0.3, 0.2, 0.5, false, false, Identified.Yes)]
    [InlineData("alpha", 0.3, 0.2, 0.7, false, false, Identified.OpenAbove)]
    [InlineData("alpha", 0.3, 0.1, 0.5, false, false, Identified.OpenBelow)]
    [InlineData("alpha", 0.3, 0.1, 0.7, false, false, Identified.No)]
    [InlineData("E", 1.7, 1.6, 1.8, true, false, Identified.OpenBelow)]
    [InlineData("E", 1.7, 1.6, 1.8, false, true, Identified.OpenAbove)]
    [InlineData("B", 400, 50, 3900, false, false, Identified.Yes)]
    [InlineData("B", 400, 50, 4100, false, false, Identified.OpenAbove)]
    [InlineData("A", 400, 30, 4100, false, false, Identified.No)]
    public void The_verdict_follows_its_rule(string name, double estimate, double low, double high, bool lowWall, bool highWall, Identified verdict) =>
        Assert.Equal(verdict, Identifiability.Verdict(name, estimate, new Interval(low, high), lowWall, highWall));

    [Fact]
    public void The_same_seed_gives_the_same_file_and_another_seed_other_intervals()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 6));
        Fit Run(ulong seed) => ParametricFit.Run(table, Law, new FitOptions { Bootstrap = 200, Seed = seed });
        Assert.Equal(Run(1).ToJson(), Run(1).ToJson());
        Assert.NotEqual(Run(1).Intervals.Bounds["E"], Run(2).Intervals.Bounds["E"]);
    }

    [Fact]
    public void Random_numbers_are_uniform_and_streams_differ()
    {
        var (one, other) = (new SplitMix64(7, 0), new SplitMix64(7, 1));
        var counts = new int[10];
        var equal = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var drawn = one.Below(10);
            counts[drawn]++;
            equal += drawn == other.Below(10) ? 1 : 0;
        }

        // A binomial count of 100,000 draws at a tenth has a standard deviation of 95.
        Assert.All(counts.Append(equal), count => Assert.InRange(count, 9_500, 10_500));
    }

    // A trunk per size and seed with four branches; a trunk's noise is its branches'.
    private static ObservationTable Trunks(int trunks)
    {
        var (trunkNoise, branchNoise) = (Synthetic.Normal(11), Synthetic.Normal(12));
        return Synthetic.Table(
            from trunk in Enumerable.Range(0, trunks)
            let shared = 0.01 * trunkNoise()
            let n = 1e7 * Math.Pow(3, trunk % 6)
            from branch in Enumerable.Range(0, 4)
            let d = 5e8 * Math.Pow(4, branch)
            select Synthetic.Point($"t{trunk}b{branch}", n, d, Synthetic.Chinchilla.Loss(n, d) * Math.Exp(shared + (0.001 * branchNoise()))) with { Cluster = $"t{trunk}" },
            "trunk");
    }
}
