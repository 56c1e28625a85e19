using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Approach 3 of Hoffmann et al.: a law fitted to all runs at once.</summary>
public static class ParametricFit
{
    // Descents from the best cells of the seed grid; they agree but for a landscape with two basins.
    private const int Starts = 6;
    private const int MostRowsToDescend = 1 << 15;

    /// <returns>Always a fit; what the data cannot carry is refused in it, with the reason.</returns>
    /// <exception cref="Contracts.InputException">An option is out of range.</exception>
    public static Fit Run(ObservationTable table, ScalingLaw law, FitOptions? options = null)
    {
        var observations = table.Observations;
        options = (options ?? new FitOptions()).For(observations.Count);
        var objective = Objective.Of(options);
        var reason = Support.Reason(law, observations.Count, observations.Select(o => o.N).Distinct().Count(), observations.Select(o => o.D).Distinct().Count())
            ?? (observations.All(o => o.Loss == observations[0].Loss) ? "all losses are equal" : null);
        if (reason is not null)
        {
            return Refused(table, law, options, objective, reason);
        }

        var data = new FitData(observations);
        var huber = new HuberSum(data, law, data.Weights);
        var (minimum, starts, agreeing) = Best(data, law, huber, objective.Deltas);
        var surface = Surface(law, minimum.Point, data.Centre);
        var walls = Walls(law, huber, minimum.Point, surface);
        var uncertainty = Uncertainty.Of(data, law, huber, observations, minimum.Point, objective, options);
        var vanished = walls.Any(w => w.Name is "A" or "B");
        double[] residuals = [.. observations.Select(o => Math.Log(surface.Loss(o.N, o.D) / o.Loss))];
        return new Fit
        {
            Law = law.Name,
            Objective = objective.Value(residuals),
            Status = !minimum.Converged ? FitStatus.NotConverged : walls.Count > 0 ? FitStatus.BoundHit : FitStatus.Converged,
            NObservations = observations.Count,
            Flagged = Hygiene.Flag(observations, surface),
            Parameters = law.ParameterNames.Zip(surface.Parameters).ToDictionary(p => p.First, p => p.Second),
            Identified = uncertainty.Identified,
            StandardErrors = uncertainty.StandardErrors,
            Intervals = uncertainty.Intervals,
            Frontier = vanished ? null : surface.Frontier(options.FlopsPerNd),
            Surface = surface,
            Draws = uncertainty.Draws,
            Diagnostics = Describe(table, options) with
            {
                Reason = !minimum.Converged
                    ? "the descent ended where a further step would still lower the objective"
                    : walls.Count > 0 ? $"{string.Join(" and ", walls.Select(w => w.Words))}: no minimum lies inside" : null,
                Warnings = [.. Warnings.Of(observations, options, uncertainty)],
                RmsLogResidual = Math.Sqrt(residuals.Average(r => r * r)),
                Decrement = minimum.Decrement,
                Starts = starts,
                StartsAtOptimum = agreeing,
                BootstrapDraws = uncertainty.Draws.Count,
                BootstrapFailed = uncertainty.Failed,
                Draws = CompactDraws.Thin(uncertainty.Draws),
            },
        };
    }

    private static (Minimum Best, int Starts, int Agreeing) Best(FitData data, ScalingLaw law, HuberSum huber, IReadOnlyList<double> deltas)
    {
        // Which basin is the lowest shows on a part of many rows.
        var part = data.Thinned(MostRowsToDescend);
        var sketch = new HuberSum(part, law, part.Weights) { Delta = deltas[0] };
        var minima = Seeds.Find(data, law, deltas[0], Starts).Select(seed => Minimizer.Minimize(sketch, seed)).OrderBy(m => m.Value).ToList();
        var agreeing = minima.Count(m => m.Value <= (minima[0].Value * (1 + 1e-6)) + 1e-12);
        return (Minimizer.Polish(huber, minima[0].Point, deltas), minima.Count, agreeing);
    }

    internal static LossSurface Surface(ScalingLaw law, double[] coordinates, Centre centre)
    {
        var parameters = new double[coordinates.Length];
        law.Restore(coordinates, centre, parameters);
        return new LossSurface(law, [.. parameters]);
    }

    // Coordinates come in the order of the law's parameters.
    private static List<(string Name, string Words)> Walls(ScalingLaw law, HuberSum huber, double[] point, LossSurface surface) =>
    [
        .. from i in Enumerable.Range(0, point.Length)
           let low = point[i] <= huber.Low[i]
           where low || point[i] >= huber.High[i]
           let name = law.ParameterNames[i]
           let value = string.Create(CultureInfo.InvariantCulture, $"{surface.Parameters[i]:G4}")
           select (name, $"{name} = {value} lies at the {(low ? "lower" : "upper")} border of its domain"),
    ];

    private static FitDiagnostics Describe(ObservationTable table, FitOptions options)
    {
        var rows = table.Observations;
        Interval Range(Func<Observation, double> of) => new(rows.Min(of), rows.Max(of));
        return new FitDiagnostics
        {
            ClusterRule = table.ClusterRule,
            Seed = options.Seed,
            MeasuredFlopsPerNd = rows.Count == 0 ? null : Quantile.Median(rows.Select(o => o.C / (o.N * o.D))),
            Range = rows.Count == 0 ? null : new DataRange(Range(o => o.N), Range(o => o.D), Range(o => o.C), Range(o => o.Loss)),
        };
    }

    private static Fit Refused(ObservationTable table, ScalingLaw law, FitOptions options, Objective objective, string reason) => new()
    {
        Law = law.Name,
        Objective = objective.Value([]) with { Value = null },
        Status = FitStatus.Refused,
        NObservations = table.Observations.Count,
        Flagged = Hygiene.Flag(table.Observations, null),
        Intervals = new Intervals(options.Level, Uncertainty.Method, 0) { Refused = "there is no fit" },
        Diagnostics = Describe(table, options) with { Reason = reason },
    };
}
