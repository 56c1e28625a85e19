using System.Text.Json.Serialization;
using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Counting;

/// <summary>
/// The same runs under one way of counting parameters, and both ways of counting FLOPs. The rule decides the exponent: nanochat's runs give .54, .37 or .70.
/// </summary>
/// <param name="Name">What N counts, in column names: <c>n − n_embedding</c>.</param>
public sealed record CountingRule(string Name)
{
    /// <summary>a of N* ∝ C^a where C = 6·N·D with N counted so; null when refused.</summary>
    [JsonPropertyName("a_6nd")]
    public double? ExponentBy6nd { get; init; }

    [JsonPropertyName("a_6nd_interval")]
    public Interval? IntervalBy6nd { get; init; }

    /// <summary>m of C/D ∝ N^m, C being what the runs cost: 1 where C = 6·N·D, less where the head or attention cost much of a small model.</summary>
    public double CostExponent { get; init; } = 1;

    /// <summary>a where C is what the runs cost: β/(α + mβ) for a law of two powers.</summary>
    [JsonPropertyName("a_exact")]
    public double? ExponentByCost { get; init; }

    [JsonPropertyName("a_exact_interval")]
    public Interval? IntervalByCost { get; init; }

    /// <summary>The law's, refitted; empty when refused.</summary>
    public IReadOnlyDictionary<string, double> Parameters { get; init; } = new Dictionary<string, double>();

    public double? RmsLogResidual { get; init; }

    /// <summary>Why there is no exponent; null where there is one.</summary>
    public string? Refused { get; init; }

    /// <param name="table">The runs.</param>
    /// <param name="fit">Of them, with N as the table has it.</param>
    /// <returns>The rules that the columns allow, that of the fit first; one alone where only that can be had.</returns>
    public static IReadOnlyList<CountingRule> Of(ObservationTable table, Fit fit)
    {
        // What is left of N without its tables cannot be counted in other ways.
        var withoutTables = table.Observations.All(o => o.N == o.NNonEmbedding) && table.Observations.Any(o => o.NEmbedding > 0);
        var rules = new List<CountingRule> { Rule(withoutTables ? "n_non_embedding" : "n", fit, table.Observations) };
        if (ScalingLaw.Find(fit.Law) is not { } law || table.Observations.Count == 0 || withoutTables)
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
            rules.Add(Rule(name, law is AverageLaw ? AutoFit.Run(recounted, FitOptions.As(fit)) : ParametricFit.Run(recounted, law, FitOptions.As(fit)), recounted.Observations));
        }

        return rules;
    }

    private static CountingRule Rule(string name, Fit fit, IReadOnlyList<Observation> runs)
    {
        var m = runs.Select(r => r.N).Distinct().Take(2).Count() < 2 ? 1 : PowerLine.Through([.. runs.Select(r => (r.N, r.C / r.D))]).Exponent;
        var rule = new CountingRule(name)
        {
            CostExponent = m,
            Parameters = fit.Parameters,
            RmsLogResidual = fit.Diagnostics.RmsLogResidual,
            Refused = fit.Frontier is null ? fit.Diagnostics.Reason ?? Allocator.NoFrontier : null,
        };
        if (fit.Frontier is null)
        {
            return rule;
        }

        // Where runs cost anything else, the fit's own line is not that of 6·N·D.
        var by6nd = Of(new Cost(6));
        rule = rule with { ExponentBy6nd = by6nd.A, IntervalBy6nd = fit.Frontier.CostExponent is null && fit.Intervals.Bounds.TryGetValue("a", out var interval) ? interval : by6nd.Interval };

        // k moves the line and not its exponent.
        return m > 0 && Of(new Cost(6, m)) is var (a, around) ? rule with { ExponentByCost = a, IntervalByCost = around } : rule;

        (double A, Interval? Interval) Of(Cost cost)
        {
            double A(LossSurface law) => law.Frontier(cost)!.ExponentN;
            return (A(fit.Surface!), fit.Draws.Count == 0 ? null : Quantile.Central(fit.Draws.Select(A), fit.Intervals.Level));
        }
    }

    private static double[] Sizes(ObservationTable table, Func<Observation, double> count) => [.. table.Observations.Select(count)];
}
