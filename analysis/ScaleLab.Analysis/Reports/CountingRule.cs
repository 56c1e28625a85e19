using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Reports;

/// <summary>The same runs under one way of counting parameters. The rule decides the exponent: nanochat's runs give .54, .37 or .70.</summary>
/// <param name="Name">In column names: <c>n − n_embedding</c>.</param>
/// <param name="Fit">Of the sweep's law to N counted so.</param>
internal sealed record CountingRule(string Name, Fit Fit)
{
    /// <summary>m of C/D ∝ N^m in the runs: 1 where C = 6·N·D, less where the head or attention cost much of a small model.</summary>
    public double CostExponent { get; private init; } = 1;

    /// <summary>a of N* ∝ C^a where C is what the runs cost, not 6·N·D: β/(α + mβ) instead of β/(α + β).</summary>
    public double? ExponentByCost => Fit.Frontier is { } f ? f.ExponentN / (f.ExponentD + (CostExponent * f.ExponentN)) : null;

    /// <returns>The rules that the columns allow, the one of the fit first; one alone where only that can be had.</returns>
    public static IReadOnlyList<CountingRule> Of(SweepAnalysis analysis)
    {
        var table = analysis.Table;
        var rules = new List<CountingRule> { Rule("n", analysis.Fit, table.Observations) };
        if (ScalingLaw.Find(analysis.Fit.Law) is not { } law || table.Observations.Count == 0)
        {
            return rules;
        }

        var tried = new List<double[]> { Sizes(table, o => o.N) };
        foreach (var (name, count) in new (string, Func<Observation, double?>)[] { ("n − n_embedding", o => o.N - o.NEmbedding), ("n_non_embedding", o => o.NNonEmbedding) })
        {
            var sizes = Sizes(table, o => count(o) ?? 0);
            if (sizes.Any(n => !(n > 0)))
            {
                continue;
            }

            // A tied head makes two rules one.
            var same = tried.FindIndex(sizes.SequenceEqual);
            if (same >= 0)
            {
                rules[same] = rules[same] with { Name = $"{rules[same].Name} = {name}" };
                continue;
            }

            tried.Add(sizes);
            var recounted = table with { Observations = [.. table.Observations.Zip(sizes, (o, n) => o with { N = n })] };
            rules.Add(Rule(name, law is AverageLaw ? AutoFit.Run(recounted, FitOptions.As(analysis.Fit)) : ParametricFit.Run(recounted, law, FitOptions.As(analysis.Fit)), recounted.Observations));
        }

        return rules;
    }

    private static CountingRule Rule(string name, Fit fit, IReadOnlyList<Observation> runs) => new(name, fit)
    {
        CostExponent = runs.Select(r => r.N).Distinct().Take(2).Count() < 2 ? 1 : PowerLine.Through([.. runs.Select(r => (r.N, r.C / r.D))]).Exponent,
    };

    private static double[] Sizes(ObservationTable table, Func<Observation, double> count) => [.. table.Observations.Select(count)];
}
