using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class UncertaintyTests
{
    private static readonly ScalingLaw Law = ScalingLaw.Of("chinchilla");

    [Theory]
    [InlineData("huber_log")]
    [InlineData("mse_log")]
    [InlineData("lad_log")]
    public void Ninety_percent_intervals_cover_the_truth_about_nine_times_in_ten(string objective)
    {
        const int Trials = 60;
        var covered = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var table = Synthetic.Grid(Synthetic.Chinchilla, 6, 6, 3, 3, noise: RecoveryTests.Noise(0.01, (ulong)trial));
            var a = ParametricFit.Run(table, Law, new FitOptions { Bootstrap = 200, Level = 0.9, Objective = objective }).Intervals.Bounds["a"];
            covered += a.Low <= 0.28 / 0.62 && 0.28 / 0.62 <= a.High ? 1 : 0;
        }

        // Four binomial deviations (.039) below are chance; the benchmark "coverage" measures it to a per cent.
        Assert.InRange(covered / (double)Trials, 0.75, 1.0);
    }

    [Theory]
    [InlineData("huber_log", 36, "percentiles of a wild cluster bootstrap")]
    [InlineData("huber_log", 100, "percentiles of a cluster bootstrap (pairs)")]
    [InlineData("asymmetric_mae", 36, "percentiles of a cluster bootstrap (pairs)")]
    public void The_way_of_resampling_goes_by_the_number_of_clusters_and_the_objective(string objective, int rows, string method)
    {
        var side = (int)Math.Sqrt(rows);
        var table = Synthetic.Grid(Synthetic.Chinchilla, side, side, noise: RecoveryTests.Noise(0.01, 3));
        Assert.Equal(method, ParametricFit.Run(table, Law, new FitOptions { Bootstrap = 100, Objective = objective }).Intervals.Method);
    }

    [Fact]
    public void Wild_signs_are_refused_to_an_objective_with_two_unlike_sides()
    {
        var options = new FitOptions { Objective = "asymmetric_mae", Resampling = "wild" };
        var error = Assert.Throws<InputException>(() => ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 3)), Law, options));
        Assert.Equal("wild resampling turns residuals round, which asymmetric_mae does not treat alike; use pairs", error.Message);
    }

    [Fact]
    public void Leave_one_out_residuals_are_those_of_a_fit_that_has_not_seen_the_row()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.002, 9));
        var squares = Synthetic.NoBootstrap with { Objective = "mse_log" };
        var (data, objective) = (new FitData(table.Observations, Law), Objective.Of(squares));
        var point = Solver.Solve(data, Law, objective).Best.Point;
        var one = LeaveOneOut.Of(new FitFunction(data, Law, objective), point, Clusters.Rows(data.Count));
        for (var i = 0; i < data.Count; i += 5)
        {
            var (left, rest) = (table.Observations[i], table with { Observations = [.. table.Observations.Where((_, k) => k != i)] });
            var expected = Math.Log(left.Loss / ParametricFit.Run(rest, Law, squares).Surface!.Loss(left.N, left.D));
            Assert.Equal(expected, one.Residuals[i], 1e-4);
        }
    }

    [Fact]
    public void Shared_noise_makes_rows_worth_less()
    {
        var clusters = new Clusters(Trunks(12).Observations);
        double[] shared = [.. clusters.Of.Select(c => c % 2 == 0 ? 1.0 : -1.0)];
        Assert.Equal(4, clusters.DesignEffect(shared), 1e-12);
        double[] apart = [.. clusters.Of.Select((_, i) => i % 2 == 0 ? 1.0 : -1.0)];
        Assert.Equal(1, clusters.DesignEffect(apart));
    }

    [Fact]
    public void Intervals_for_a_new_run_are_wider_than_those_of_the_law_and_survive_the_file()
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, 8, 8, noise: RecoveryTests.Noise(0.02, 7)), Law, new FitOptions { Bootstrap = 400 });
        var allocation = fit.Allocations[0];
        var (mean, run) = (allocation.Intervals["loss"], allocation.Intervals["new_run_loss"]);
        Assert.True(run.Low < mean.Low && run.High > mean.High);

        // 95 % of normal noise of 2 % lie within 3.9 % of the law.
        Assert.InRange(Math.Log(run.High / run.Low), 0.06, 0.14);
        Assert.Equal([1, 10, 100], fit.Allocations.Select(a => Math.Round(a.Flops / fit.Diagnostics.Range!.C.High)));
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "fit.json");
        fit.Write(file);
        Synthetic.Close(run.High, new Allocator(FitFile.Read(file)).ForFlops(allocation.Flops).Intervals["new_run_loss"].High, 1e-3);
    }

    [Fact]
    public void Replicates_tell_the_pure_error_and_whether_the_law_misses_more()
    {
        var normal = Synthetic.Normal(5);
        var twice = Synthetic.Table(Enumerable.Range(0, 2).SelectMany(seed => Synthetic.Grid(Synthetic.Chinchilla, noise: _ => 0.01 * normal()).Observations.Select(o => o with { Run = $"{o.Run}-{seed}", Seed = $"{seed}" })));
        var good = ParametricFit.Run(twice, Law, Synthetic.NoBootstrap with { Objective = "mse_log" }).Diagnostics;
        Assert.Equal((36, 36, 31), (good.Replicates!.Cells, good.Replicates.Freedom, good.Replicates.FreedomOfFit));
        Assert.InRange(good.Replicates.PureError, 0.007, 0.013);
        Assert.InRange(good.Replicates.P!.Value, 0.02, 1);
        Assert.Empty(good.Warnings);
        var bad = ParametricFit.Run(twice, ScalingLaw.Of("one_variable:d"), Synthetic.NoBootstrap).Diagnostics;
        Assert.StartsWith("lack of fit: replicates scatter by ", Assert.Single(bad.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_differ_in_their_learning_rate_or_in_nothing_but_their_trunk_are_no_replicates()
    {
        var normal = Synthetic.Normal(5);
        ObservationTable Twice(Func<Observation, int, Observation> second) =>
            Synthetic.Table(Enumerable.Range(0, 2).SelectMany(copy => Synthetic.Grid(Synthetic.Chinchilla, noise: _ => 0.01 * normal()).Observations.Select(o => second(o with { Run = $"{o.Run}-{copy}", Seed = "0" }, copy))));
        Assert.Null(ParametricFit.Run(Twice((o, copy) => o with { LearningRate = 1e-3 * (copy + 1) }), Law, Synthetic.NoBootstrap).Diagnostics.Replicates);
        Assert.Null(ParametricFit.Run(Twice((o, copy) => o with { Cluster = $"trunk {copy}" }), Law, Synthetic.NoBootstrap).Diagnostics.Replicates);
    }

    [Fact]
    public void What_an_exact_fit_leaves_is_common_to_no_cluster()
    {
        var clusters = new Clusters(["a", "a", "b", "b"]);
        Assert.Equal((0.0, 1.0), (clusters.Correlation([0, 0, 0, 0]), clusters.DesignEffect([0, 0, 0, 0])));
        Assert.Equal(1, clusters.Correlation([1, 1, -1, -1]));
    }

    [Fact]
    public void Without_replicates_nothing_is_said_of_the_pure_error() =>
        Assert.Null(ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla), Law, Synthetic.NoBootstrap).Diagnostics.Replicates);

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

    [Fact]
    public void Sizes_that_hardly_differ_leave_alpha_open()
    {
        // Three sizes within a tenth: what N does is below the noise.
        var table = Synthetic.Grid(Synthetic.Chinchilla, 3, 12, 0.05, 3, noise: RecoveryTests.Noise(0.01, 6));
        var fit = ParametricFit.Run(table, Law, Synthetic.NoBootstrap);
        Assert.NotEqual(Identified.Yes, fit.Identified["alpha"]);
        Assert.NotEqual(Identified.Yes, fit.Identified["A"]);
        Assert.Equal(Identified.Yes, fit.Identified["beta"]);
    }

    [Theory]
    [InlineData("huber_log", "laplace", 0.008)]
    [InlineData("mse_log", "gaussian", 0.01)]
    public void Profiles_state_their_noise_model(string objective, string name, double scale)
    {
        var noise = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, 10, 10, noise: RecoveryTests.Noise(0.01, 6)), Law, Synthetic.NoBootstrap with { Objective = objective }).Diagnostics.Noise!;
        Assert.Equal(name, noise.Name);
        Synthetic.Close(scale, noise.Scale, 0.25);
    }

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
