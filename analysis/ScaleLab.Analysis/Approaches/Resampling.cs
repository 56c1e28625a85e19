using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Approaches;

/// <summary>Losses as they might have been: the law's, with the residuals of the runs under random signs, one for each cluster (wild bootstrap: Wu 1986).</summary>
/// <param name="runs">The data.</param>
/// <param name="law">Fitted to them.</param>
/// <param name="fit">Says how many draws, from which seed.</param>
internal sealed class Resampling(IReadOnlyList<Observation> runs, LossSurface law, Fit fit)
{
    private readonly Clusters _clusters = new(runs);
    private readonly double[] _losses = [.. runs.Select(r => law.Loss(r.Scale))];

    // A fit bends towards its data: what it leaves is smaller than the noise by the root of the freedom it took.
    private readonly double _inflation = Math.Sqrt(runs.Count / Math.Max(1.0, runs.Count - law.Law.FreeParameters));

    /// <summary>What the estimator made of the law without noise in the last <see cref="Draw"/>.</summary>
    public OptimalLines? Law { get; private set; }

    /// <returns>None where the fit has no bootstrap, or where less than half of the draws carry the estimator.</returns>
    public IReadOnlyList<OptimalLines> Draw(ApproachTable.Estimator estimate)
    {
        Law = estimate(_losses, out _);
        var wanted = fit.Draws.Count;
        if (Law is null || wanted == 0)
        {
            return [];
        }

        var draws = new OptimalLines?[wanted];
        Parallel.For(0, wanted, draw => draws[draw] = estimate(Resample(new SplitMix64(fit.Diagnostics.Seed, draw)), out _));
        var carried = draws.OfType<OptimalLines>().ToList();
        return 2 * carried.Count >= wanted ? carried : [];
    }

    private double[] Resample(SplitMix64 random)
    {
        var signs = new double[_clusters.Count];
        for (var g = 0; g < signs.Length; g++)
        {
            signs[g] = random.Below(2) == 0 ? _inflation : -_inflation;
        }

        var losses = new double[runs.Count];
        for (var i = 0; i < losses.Length; i++)
        {
            losses[i] = _losses[i] * Math.Exp(signs[_clusters.Of[i]] * Math.Log(runs[i].Loss / _losses[i]));
        }

        return losses;
    }
}
