using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Frontiers;

public sealed class CostTests
{
    [Theory]
    [InlineData(6, 1)]
    [InlineData(4e4, 0.55)]
    [InlineData(900, 0.8)]
    public void The_frontier_is_where_a_search_finds_the_least_loss_that_compute_buys(double k, double m)
    {
        var cost = new Cost(k, m);
        var frontier = Frontier.OfTwoPowers(0.3, Math.Log(20), Math.Log(90), 0.35, 0.45, 1, cost);
        foreach (var flops in (double[])[1e11, 1e13, 1e16])
        {
            var n = Math.Exp(GoldenSection.Minimum(log => Loss(Math.Exp(log), cost.D(flops, Math.Exp(log))), 0, 40));
            Assert.Equal(1, frontier.N(flops) / n, 1e-5);
            Assert.Equal(flops, cost.Flops(frontier.N(flops), frontier.D(flops)), flops * 1e-12);
            Assert.Equal(Loss(frontier.N(flops), frontier.D(flops)), frontier.Loss(flops), 1e-12);
            Assert.Equal(flops, frontier.FlopsForN(frontier.N(flops)), flops * 1e-12);
            Assert.Equal(flops, frontier.FlopsForD(frontier.D(flops)), flops * 1e-12);
            Assert.Equal(flops, frontier.FlopsForLoss(frontier.Loss(flops)), flops * 1e-9);
        }

        static double Loss(double n, double d) => 0.3 + (20 / Math.Pow(n, 0.35)) + (90 / Math.Pow(d, 0.45));
    }

    [Fact]
    public void Runs_that_cost_about_six_flops_a_parameter_keep_the_rule() =>
        Assert.Equal(new Cost(6), Cost.Of(Runs((n, d) => 9.5 * n * d), 6));

    [Fact]
    public void Runs_that_cost_something_else_are_taken_at_what_they_cost()
    {
        var cost = Cost.Of(Runs((n, d) => 5e4 * Math.Pow(n, 0.6) * d), 6);
        Assert.Equal(0.6, cost.Exponent, 1e-9);
        Assert.Equal(1, cost.FlopsPerNd / 5e4, 1e-9);
    }

    [Fact]
    public void A_fit_of_such_runs_allocates_what_the_budget_pays_for()
    {
        var fit = ParametricFit.Run(
            new ObservationTable("made", Runs((n, d) => 5e4 * Math.Pow(n, 0.6) * d), [], "n"),
            ScalingLaw.Find("chinchilla")!,
            new FitOptions { Bootstrap = 0 });
        var file = Path.GetTempFileName();
        fit.Write(file);
        var allocation = new Allocator(FitFile.Read(file)).ForFlops(1e15);
        File.Delete(file);
        Assert.Equal(1e15, 5e4 * Math.Pow(allocation.N, 0.6) * allocation.D, 1e15 * 1e-6);
        Assert.Contains(fit.Diagnostics.Warnings, w => w.Contains("the frontier counts what the runs cost, C = 5E+04 N^0.6 D", StringComparison.Ordinal));
    }

    private static List<Observation> Runs(Func<double, double, double> cost) =>
    [
        .. from n in (double[])[1e4, 3e4, 1e5, 3e5]
           from d in (double[])[1e4, 3e4, 1e5, 3e5]
           select new Observation(FormattableString.Invariant($"{n}-{d}"), n, d, cost(n, d), 0.3 + (20 / Math.Pow(n, 0.35)) + (90 / Math.Pow(d, 0.45))) { Cluster = FormattableString.Invariant($"{n}") },
    ];
}
