using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Emergence;

/// <summary>A value at a scale.</summary>
/// <param name="X">N, D or C.</param>
/// <param name="Y">The metric.</param>
/// <param name="Group">What else differs between runs and is no matter of the test: each group has a level of its own.</param>
/// <param name="Cluster">Points of one cluster share noise: branches of a trunk do. Null for one that shares it with none.</param>
public readonly record struct ScalePoint(double X, double Y, string Group, string? Cluster = null);

/// <summary>
/// Whether a metric breaks at some scale, or follows a smooth law. Smooth is, for each group, level + A·f(x) with one A and one f for all: a power x^−α (0 ≤ α ≤ 2, 0 being ln x),
/// or a logistic in ln x that takes a decade of x or more to rise from 10 % to 90 %. A break adds a kink, max(0, ln x − ln τ), or a step at one scale τ. The statistic is the log likelihood
/// ratio n·ln(RSS₀/RSS₁) of the best of each; its distribution where there is no break comes from a bootstrap of the residuals of the smooth law, refitted each time with the search over f and τ,
/// with what branches of a trunk have in common drawn once for all of them, since a break that is looked for everywhere is found somewhere (Davies 1987; broken power laws: Caballero et al. 2023, arXiv:2210.14891).
/// </summary>
/// <param name="PValue">Share of smooth worlds with as large a statistic.</param>
/// <param name="At">τ, of the best break.</param>
/// <param name="Rise">Above 0 where the metric grows faster after it, or steps up.</param>
/// <param name="Scales">Distinct values of x.</param>
public sealed record BreakTest(double PValue, double At, double Rise, int Scales)
{
    /// <summary>Fewer leave a smooth law as free as any break.</summary>
    public const int FewestScales = 6;

    private const int LeastFreedom = 4;
    private const int Draws = 999;

    /// <returns>Null where there are too few scales, too few runs or clusters, or one value alone.</returns>
    public static BreakTest? Of(IReadOnlyList<ScalePoint> all, int draws = Draws)
    {
        // A group at one scale tells of its own level and no more.
        var telling = all.GroupBy(p => p.Group).Where(g => g.Any(p => p.X != g.First().X)).Select(g => g.Key).ToHashSet();
        var points = all.Where(p => telling.Contains(p.Group)).ToList();
        var clusters = new Clusters([.. points.Select(p => p.Cluster)]);
        var scales = points.Select(p => p.X).Distinct().Order().ToArray();
        var groups = points.Select(p => p.Group).Distinct().Order(StringComparer.Ordinal).ToList();
        var freedom = points.Count - groups.Count - 2;
        if (scales.Length < FewestScales || freedom < LeastFreedom || Clusters.TooFew(clusters.Count) is not null)
        {
            return null;
        }

        var group = points.Select(p => groups.IndexOf(p.Group)).ToArray();
        var candidates = new Candidates([.. points.Select(p => Math.Log(p.X))], [.. scales.Select(s => Math.Log(s))], group);
        var values = points.Select(p => p.Y).ToArray();
        var centred = Candidates.Centred(values, group);
        if (centred.Sum(v => v * v) <= 1e-20 * points.Count * Math.Max(1e-300, values.Max(v => v * v)))
        {
            return null;
        }

        var observed = candidates.Fit(centred);
        var residuals = centred.Zip(observed.Smooth, (y, f) => y - f).ToArray();
        var inflation = Math.Sqrt(points.Count / (double)freedom);
        var shared = clusters.Correlation(residuals);
        var (own, common) = (inflation * Math.Sqrt(1 - shared), inflation * Math.Sqrt(shared));
        var random = new SplitMix64(1, 0);
        var larger = 0;
        var (world, ofCluster) = (new double[points.Count], new double[clusters.Count]);
        for (var draw = 0; draw < draws; draw++)
        {
            for (var g = 0; shared > 0 && g < ofCluster.Length; g++)
            {
                ofCluster[g] = residuals[random.Below(residuals.Length)];
            }

            for (var i = 0; i < world.Length; i++)
            {
                world[i] = observed.Smooth[i] + (own * residuals[random.Below(world.Length)]) + (common * ofCluster[clusters.Of[i]]);
            }

            larger += candidates.Fit(Candidates.Centred(world, group)).Statistic >= observed.Statistic ? 1 : 0;
        }

        return new BreakTest((larger + 1.0) / (draws + 1), Math.Exp(observed.At), observed.Rise, scales.Length);
    }

    /// <summary>p values of several tests, each raised so that the chance of any false break among them stays at the level (Holm 1979).</summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var (adjusted, largest) = (new double[p.Count], 0.0);
        foreach (var (rank, i) in Enumerable.Range(0, p.Count).OrderBy(i => p[i]).Index())
        {
            adjusted[i] = largest = Math.Max(largest, Math.Min(1, p[i] * (p.Count - rank)));
        }

        return adjusted;
    }
}
