using ScaleLab.Analysis.Counting;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Analysis.Tests.Figures;

namespace ScaleLab.Analysis.Tests.Counting;

public sealed class CountingRuleTests
{
    [Fact]
    public void A_tied_head_makes_two_rules_one()
    {
        var rules = Of(Analysis(o => o));
        Assert.Equal(["n", "n − n_embedding = n_non_embedding"], rules.Select(r => r.Name));
    }

    [Fact]
    public void Each_rule_is_a_fit_of_its_own()
    {
        var rules = Of(Analysis(o => o with { NNonEmbedding = o.N - (2 * o.NEmbedding) }));
        Assert.Equal(["n", "n − n_embedding", "n_non_embedding"], rules.Select(r => r.Name));
        Assert.Distinct(rules.Select(r => r.ExponentBy6nd));
        var table = Table(o => o with { N = o.N - o.NEmbedding!.Value });
        Assert.Equal(ParametricFit.Run(table, new ChinchillaLaw(), new() { Bootstrap = 0 }).Frontier!.ExponentN, rules[1].ExponentBy6nd);
    }

    // Small models spend more of their compute on the head: C/D falls slower than N.
    [Fact]
    public void What_runs_cost_bends_the_exponent_as_a_search_along_equal_cost_says()
    {
        var analysis = Analysis(o => o with { C = 60 * Math.Pow(o.N, 0.85) * o.D });
        var rule = Of(analysis)[0];
        Assert.Equal(0.85, rule.CostExponent, 1e-9);
        var surface = analysis.Fit.Surface!;
        double Best(double flops) => Math.Exp(GoldenSection.Minimum(x => surface.Loss(Math.Exp(x), flops / (60 * Math.Exp(0.85 * x))), 5, 40));
        Assert.Equal(Math.Log10(Best(1e16) / Best(1e15)), rule.ExponentByCost!.Value, 1e-6);
        Assert.Equal(rule.ExponentBy6nd!.Value, Of(Analysis(o => o with { C = 6 * o.N * o.D }))[0].ExponentByCost!.Value, 1e-9);
    }

    [Fact]
    public void Each_way_of_counting_has_its_interval()
    {
        var noise = Synthetic.Normal(3);
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: _ => 0.005 * noise());
        table = table with { Observations = [.. table.Observations.Select(o => o with { NEmbedding = 1e3 * Math.Sqrt(o.N), NNonEmbedding = o.N - (2e3 * Math.Sqrt(o.N)), C = 6 * o.D * (o.N - (1e3 * Math.Sqrt(o.N))) })] };
        var rules = CountingRule.Of(table, ParametricFit.Run(table, new ChinchillaLaw(), new() { Bootstrap = 200 }));
        Assert.Equal(["n", "n − n_embedding", "n_non_embedding"], rules.Select(r => r.Name));
        foreach (var rule in rules)
        {
            Assert.InRange(rule.ExponentBy6nd!.Value, rule.IntervalBy6nd!.Value.Low, rule.IntervalBy6nd.Value.High);
            Assert.InRange(rule.ExponentByCost!.Value, rule.IntervalByCost!.Value.Low, rule.IntervalByCost.Value.High);
        }

        // The second counts just what the runs pay for.
        Synthetic.Close(rules[1].ExponentBy6nd!.Value, rules[1].ExponentByCost!.Value, 1e-9);
        Assert.Equal(1, rules[1].CostExponent, 1e-9);
        Assert.True(rules[0].CostExponent > 1.03);
    }

    // A head that dwarfs the rest: the fit's own frontier is along what runs cost.
    [Fact]
    public void The_exponent_of_6ND_is_that_whatever_runs_cost()
    {
        var analysis = Analysis(o => o with { C = 900 * Math.Pow(o.N, 0.85) * o.D });
        var p = analysis.Fit.Parameters;
        Assert.Equal(0.85, analysis.Fit.Frontier!.CostExponent!.Value, 1e-9);
        Assert.Equal(p["beta"] / (p["alpha"] + p["beta"]), Of(analysis)[0].ExponentBy6nd!.Value, 1e-12);
    }

    [Fact]
    public void What_was_counted_without_its_tables_keeps_its_name_and_loses_no_table_twice() =>
        Assert.Equal(["n_non_embedding"], Of(Analysis(o => o with { N = o.NNonEmbedding!.Value })).Select(r => r.Name));

    [Fact]
    public void Without_the_columns_there_is_one_rule() =>
        Assert.Single(Of(Analysis(o => o with { NEmbedding = null, NNonEmbedding = null })));

    [Fact]
    public void An_average_is_put_together_anew_for_each_rule()
    {
        var table = Table(o => o with { NNonEmbedding = o.N - (2 * o.NEmbedding) });
        var rules = Of(new(table, AutoFit.Run(table, new() { Bootstrap = 0 }), []));
        Assert.All(rules, r => Assert.Contains("w", r.Parameters));
    }

    private static IReadOnlyList<CountingRule> Of(SweepAnalysis analysis) => CountingRule.Of(analysis.Table, analysis.Fit);

    private static ObservationTable Table(Func<Observation, Observation> change) => new("results.csv", [.. SyntheticSweep.Observations.Select(change)], [], "trunk+seed");

    private static SweepAnalysis Analysis(Func<Observation, Observation> change)
    {
        var table = Table(change);
        return new(table, ParametricFit.Run(table, new ChinchillaLaw(), new() { Bootstrap = 0 }), []);
    }
}
