using ScaleLab.Analysis.Comparing;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;
using Half = ScaleLab.Analysis.Comparing.Half;

namespace ScaleLab.Analysis.Tests.Comparing;

public sealed class SweepPairTests
{
    private const double Ratio = 1.7;
    private static readonly LossSurface Law = Synthetic.Chinchilla;
    private static readonly LossSurface Better = Worth(Law, Ratio);

    [Theory]
    [InlineData(true, "shared")]
    [InlineData(false, "own")]
    public void Without_noise_the_ratio_is_the_true_one_at_every_budget_and_loss(bool shared, string floors)
    {
        var pair = SweepPair.Of(Synthetic.Grid(Law), Synthetic.Grid(Better), new PairOptions { SharedFloor = shared, Bootstrap = 0 });
        Assert.Equal(floors, pair.Floors);
        Assert.All(pair.Along(1e17, 1e22, 6), at => Synthetic.Close(Ratio, at.Ratio!.Value, 1e-6));
        var at = pair.AtLoss(2.5);
        Synthetic.Close(Ratio, at.Ratio!.Value, 1e-6);
        Synthetic.Close(Law.Frontier()!.FlopsForLoss(2.5), at.Flops, 1e-6);
        Assert.Equal("no bootstrap was asked for", pair.NoIntervals);
    }

    [Fact]
    public void One_floor_for_both_is_where_the_sum_of_their_objectives_is_least()
    {
        var (one, other) = (Noisy(Law, 1), Noisy(Better, 2));
        var pair = SweepPair.Of(one, other, new PairOptions { Bootstrap = 0 });
        Assert.Equal(pair.One!.Floor, pair.Other!.Floor, 1e-12);

        // A search of its own, over laws whose E is held.
        double Held(ObservationTable table, double e)
        {
            var (data, law, objective) = (new FitData(table.Observations, Law.Law), Law.Law, Objective.Of(new FitOptions()));
            var unit = Math.Exp(data.Centre.Loss);
            var w = new double[5];
            law.Place(ParametricFit.Run(table, law, Synthetic.NoBootstrap).Surface!.Parameters.AsSpan(), data.Centre, w);
            var f = new FitFunction(data, law, objective);
            f.Low[0] = f.High[0] = e / unit;
            var held = Minimizer.Polish(f, w);
            Assert.True(held.Converged);
            return data.Count * held.Value;
        }

        var best = GoldenSection.Minimum(e => Held(one, e) + Held(other, e), 1.4, 1.9);
        Assert.Equal(best, pair.One.Floor, 1e-6);
        var alone = (ParametricFit.Run(one, Law.Law, Synthetic.NoBootstrap).Parameters["E"], ParametricFit.Run(other, Law.Law, Synthetic.NoBootstrap).Parameters["E"]);
        Assert.InRange(pair.One.Floor, Math.Min(alone.Item1, alone.Item2), Math.Max(alone.Item1, alone.Item2));
    }

    [Fact]
    public void Leave_one_out_residuals_under_one_floor_are_those_of_a_fit_of_both_that_has_not_seen_the_cluster()
    {
        var squares = Objective.Of(new FitOptions { Objective = "mse_log" });
        (Half Half, FitData Data) Side(IReadOnlyList<Observation> rows)
        {
            var data = new FitData(rows, Law.Law);
            return (new Half(new FitFunction(data, Law.Law, squares), Solver.Solve(data, Law.Law, squares).Best.Point, 0, Math.Exp(data.Centre.Loss), rows.Count), data);
        }

        ((Half Half, FitData Data) One, (Half Half, FitData Data) Other) Both(IReadOnlyList<Observation> one, IReadOnlyList<Observation> other)
        {
            var (a, b) = (Side(one), Side(other));
            var solved = SharedFloor.Solve(a.Half, b.Half, Math.Min(one.Min(o => o.Loss), other.Min(o => o.Loss)))!.Value;
            return ((solved.One, a.Data), (solved.Other, b.Data));
        }

        var (one, other) = (Noisy(Law, 1, "0").Observations, Noisy(Better, 2, "0").Observations);
        var (clusters, others, _) = PairedClusters.Of(one, other);
        var all = Both(one, other);
        var left = LeaveOneOut.Of(
            new FittedRows(all.One.Half.Function, all.One.Half.Point, clusters, 0, all.One.Half.Unit),
            new FittedRows(all.Other.Half.Function, all.Other.Half.Point, others, 0, all.Other.Half.Unit));
        for (var i = 0; i < one.Count; i += 7)
        {
            var rest = Both([.. one.Where((_, k) => k != i)], [.. other.Where((_, k) => k != i)]);
            Assert.Equal(Math.Log(one[i].Loss / Loss(rest.One, one[i])), left[0].Residuals[i], 2e-4);
            Assert.Equal(Math.Log(other[i].Loss / Loss(rest.Other, other[i])), left[1].Residuals[i], 2e-4);
        }

        static double Loss((Half Half, FitData Data) side, Observation at) => ParametricFit.Surface(Law.Law, side.Half.Point, side.Data.Centre).Loss(at.N, at.D);
    }

    [Fact]
    public void Noise_that_both_sweeps_share_drops_out_where_their_seeds_are_known()
    {
        var paired = SweepPair.Of(Noisy(Law, 1, "0"), Noisy(Better, 2, "0"), new PairOptions { Bootstrap = 200 });
        var unpaired = SweepPair.Of(Noisy(Law, 1, "0"), Noisy(Better, 2, "1"), new PairOptions { Bootstrap = 200 });
        Assert.Equal((36, 0), (paired.PairedClusters, unpaired.PairedClusters));
        static double Width(SweepPair pair) => pair.AtFlops(1e20).Interval is { } i ? Math.Log(i.High / i.Low) : double.NaN;
        Assert.True(Width(paired) < 0.8 * Width(unpaired), $"{Width(paired)} against {Width(unpaired)}");
        var at = paired.AtFlops(1e20);
        Assert.InRange(Ratio, at.Interval!.Value.Low, at.Interval.Value.High);
        Assert.InRange(at.Ratio!.Value, at.Interval.Value.Low, at.Interval.Value.High);
        var (low, high) = paired.FloorDifference!.Value;
        Assert.True(low < 0 && high > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Floors_that_lie_apart_are_told_from_one_another_even_where_one_is_asked_for(bool shared)
    {
        var higher = Law with { Parameters = Law.Parameters.SetItem(0, Law["E"] + 0.5) };
        var (low, high) = SweepPair.Of(Noisy(Law, 1), Noisy(higher, 2), new PairOptions { Bootstrap = 200, SharedFloor = shared }).FloorDifference!.Value;
        Assert.True(low > 0, $"{low} to {high}");
        Assert.InRange(0.5, low, high);
    }

    [Fact]
    public void The_same_seed_draws_the_same_intervals()
    {
        ComputeRatio At(ulong seed) => SweepPair.Of(Noisy(Law, 1, "0"), Noisy(Better, 2, "0"), new PairOptions { Bootstrap = 100, Seed = seed }).AtFlops(1e19);
        Assert.Equal(At(3), At(3));
        Assert.NotEqual(At(3), At(4));
    }

    [Fact]
    public void A_loss_below_the_seconds_floor_is_never_reached()
    {
        var worse = Law with { Parameters = Law.Parameters.SetItem(0, Law["E"] + 0.5) };
        var pair = SweepPair.Of(Synthetic.Grid(Law), Synthetic.Grid(worse), new PairOptions { SharedFloor = false, Bootstrap = 0 });
        var at = pair.AtFlops(1e24);
        Assert.Equal((null, null), (at.OtherFlops, at.Ratio));
        Assert.Equal("3.33k times the largest run of the first", at.Extrapolation);
        Assert.StartsWith("no compute brings the first sweep to 1.5", Assert.Throws<InputException>(() => pair.AtLoss(1.5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sweeps_that_cannot_carry_the_law_or_an_interval_say_so()
    {
        var few = Synthetic.Grid(Law, sizes: 2);
        var refused = SweepPair.Of(Synthetic.Grid(Law), few, new PairOptions { Bootstrap = 0 });
        Assert.StartsWith("the second sweep's law has no frontier: 2 distinct", refused.Refused, StringComparison.Ordinal);
        Assert.StartsWith("these sweeps cannot be compared: the second", Assert.Throws<InputException>(() => refused.AtFlops(1e20)).Message, StringComparison.Ordinal);
        var trunks = Synthetic.Grid(Law, sizes: 5);
        trunks = trunks with { Observations = [.. trunks.Observations.Select(o => o with { Cluster = $"n{o.N}" })] };
        Assert.Equal("5 independent clusters cannot show their own scatter; at least 6 are needed", SweepPair.Of(trunks, trunks).NoIntervals);
    }

    [Theory]
    [InlineData("power", "none")]
    [InlineData("gamma", "shared")]
    [InlineData("kaplan", "none")]
    public void Any_law_with_a_frontier_compares(string name, string floors)
    {
        var law = Synthetic.Laws[name];
        var pair = SweepPair.Of(Synthetic.Grid(law), Synthetic.Grid(law), new PairOptions { Law = name, Bootstrap = 0 });
        Assert.Equal(floors, pair.Floors);
        Synthetic.Close(1, pair.AtFlops(1e19).Ratio!.Value, 1e-6);
    }

    [Fact]
    public void Groups_of_one_seed_and_about_one_size_are_drawn_alike()
    {
        Observation Run(double n, string seed, string? trunk = null) => Synthetic.Point("run", n, 1e9, 3) with { Seed = seed, Cluster = trunk };
        Observation[] one = [Run(1e6, "0", "a"), Run(1e6, "0", "a"), Run(3e6, "0"), Run(1e6, "1"), Run(9e6, "")];
        Observation[] other = [Run(3.1e6, "0"), Run(9e6, ""), Run(1.1e6, "0", "x"), Run(1.1e6, "0", "x"), Run(1e6, "2")];
        var (a, b, paired) = PairedClusters.Of(one, other);
        Assert.Equal(2, paired);
        Assert.Equal([0, 0, 1, 2, 3], a.Of);
        Assert.Equal([1, 4, 0, 0, 5], b.Of);
        Assert.Equal((6, 6), (a.Count, b.Count));
    }

    // A and B such that every size and amount of data is worth the root of the ratio more.
    private static LossSurface Worth(LossSurface law, double ratio) => law with
    {
        Parameters = [law["E"], law["A"] / Math.Pow(ratio, law["alpha"] / 2), law["B"] / Math.Pow(ratio, law["beta"] / 2), law["alpha"], law["beta"]],
    };

    // All but a twenty-fifth of the noise's variance depends on the place in the grid alone.
    private static ObservationTable Noisy(LossSurface law, ulong which, string seed = "")
    {
        var (common, own) = (Synthetic.Normal(77), Synthetic.Normal(which));
        var table = Synthetic.Grid(law, noise: _ => 0.005 * ((Math.Sqrt(0.96) * common()) + (0.2 * own())));
        return table with { Observations = [.. table.Observations.Select(o => o with { Seed = seed })] };
    }
}
