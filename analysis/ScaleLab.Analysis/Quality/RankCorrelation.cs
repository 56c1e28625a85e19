using MathNet.Numerics.Statistics;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Quality;

/// <summary>Whether a lower loss means better features: Spearman's correlation of held-out loss and a probe's error over the runs of one sweep.</summary>
/// <param name="Column">The probe's error in results.csv.</param>
/// <param name="Rho">−1 … 1; 1 where the two order the runs alike.</param>
/// <param name="Interval">95 %, from a bootstrap; null where it cannot be had.</param>
/// <param name="Runs">How many runs it rests on.</param>
/// <param name="Clusters">How many of them share no noise; below <see cref="FewestClusters"/> runs were resampled one by one, and the interval is too narrow.</param>
public sealed record RankCorrelation(string Column, double Rho, Interval? Interval, int Runs, int Clusters)
{
    /// <summary>Fewer groups of runs say too little about how much the groups differ.</summary>
    public const int FewestClusters = 6;

    /// <summary>Below it a law of the loss is not called a law of quality: the two then order a quarter of all pairs of runs differently, or more.</summary>
    public const double Least = 0.7;

    private const int FewestRuns = 4;
    private const int Draws = 2000;
    private const double Level = 0.95;

    /// <summary>The whole interval lies above <see cref="Least"/>. A few runs may stand in one order by chance, and then do so in every resample.</summary>
    public bool LossOrdersQuality => Clusters >= FewestClusters && Interval is { Low: >= Least };

    /// <returns>One for each probe that the runs have; none where fewer than four runs have it, or all runs have the same loss or error.</returns>
    /// <param name="rows">Of one sweep over one model; only runs that ended well count.</param>
    public static IReadOnlyList<RankCorrelation> Of(IEnumerable<ResultRow> rows)
    {
        var runs = rows.Where(r => r is { Status: "ok", ValLoss: not null }).ToList();
        return [.. new[] { One("probe_error", runs, r => r.ProbeError), One("knn_error", runs, r => r.KnnError) }.OfType<RankCorrelation>()];
    }

    private static RankCorrelation? One(string column, List<ResultRow> rows, Func<ResultRow, double?> error)
    {
        var runs = rows.Where(r => error(r) is not null).Select(r => (Loss: r.ValLoss!.Value, Error: error(r)!.Value, Cluster: r.Trunk ?? r.RunKey)).ToList();
        var rho = runs.Count < FewestRuns ? double.NaN : Spearman(runs);
        if (!double.IsFinite(rho))
        {
            return null;
        }

        var groups = runs.GroupBy(r => r.Cluster).Select(g => g.ToList()).ToList();
        var units = groups.Count >= FewestClusters ? groups : [.. runs.Select(r => new List<(double Loss, double Error, string Cluster)> { r })];
        var random = new SplitMix64(1, 0);
        var draws = Enumerable.Range(0, Draws)
            .Select(_ => Spearman([.. Enumerable.Range(0, units.Count).SelectMany(_ => units[random.Below(units.Count)])]))
            .Where(double.IsFinite)
            .ToList();
        return new RankCorrelation(column, rho, draws.Count > Draws / 2 ? Quantile.Central(draws, Level) : null, runs.Count, groups.Count);
    }

    // Ties share the mean of their ranks.
    private static double Spearman(List<(double Loss, double Error, string Cluster)> runs) =>
        Correlation.Spearman(runs.Select(r => r.Loss), runs.Select(r => r.Error));
}
