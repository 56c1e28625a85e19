using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Approach 3 of Hoffmann et al.: a law fitted to all runs at once.</summary>
public static class ParametricFit
{
    // Of the largest compute: as far as extrapolations are read off in practice.
    private static readonly double[] Multiples = [1, 10, 100];

    /// <returns>Always a fit; what the data cannot carry is refused in it, with the reason.</returns>
    /// <exception cref="Contracts.InputException">An option is out of range.</exception>
    public static Fit Run(ObservationTable table, ScalingLaw law, FitOptions? options = null)
    {
        var observations = table.Observations;
        options = (options ?? new FitOptions()).For(observations.Count);
        options = options with { Cost = Cost.Of(observations, options.FlopsPerNd) };
        var objective = Objective.Of(options);
        var data = new FitData(observations, law);
        if (Refusal(observations, law, data) is { } reason)
        {
            return Refused(table, law, options, objective, reason);
        }

        var solution = Solver.Solve(data, law, objective, options.GridOffset);
        var surface = Surface(law, solution.Best.Point, data.Centre);
        double[] predicted = [.. observations.Select(o => surface.Loss(o.Scale))];
        double[] residuals = [.. predicted.Zip(observations, (loss, o) => objective.Residual(loss, o.Loss))];
        var rms = Math.Sqrt(predicted.Zip(observations, (loss, o) => Math.Log(loss / o.Loss)).Average(r => r * r));
        if (!surface.Parameters.All(double.IsFinite) || !residuals.All(double.IsFinite) || !double.IsFinite(rms))
        {
            return Refused(table, law, options, objective, $"{law.Name} has no finite parameters for data of such a span");
        }

        var minimum = solution.Best;
        var (flags, without) = Hygiene.Examine(observations, law, objective, data, minimum.Point);
        var domain = new FitFunction(data, law, objective);
        var walls = Walls(law, domain, minimum.Point, surface);
        var uncertainty = Uncertainty.Of(data, law, observations, minimum.Point, objective, options);
        var replicates = observations.Count > Hygiene.MostRowsToRefit ? null : Replicates.Of(observations, i => flags.TryGetValue(i, out var flag) && flag.Kind == FlagKind.Duplicate, predicted, law.FreeParameters);
        var vanished = walls.Any(w => w.Name == law.ParameterNames[law.Form.A] || (law.Form.HasSecondTerm && w.Name == law.ParameterNames[law.Form.B]));
        var fit = new Fit
        {
            Law = law.Name,
            Objective = objective.Value(residuals),
            Status = !minimum.Converged ? FitStatus.NotConverged : walls.Count > 0 ? FitStatus.BoundHit : FitStatus.Converged,
            NObservations = observations.Count,
            Flagged = [.. flags.Values],
            WithoutFlagged = without is null ? null : new CleanFit(observations.Count - flags.Count, Named(law, without), without.Frontier(options.Cost)?.ExponentN),
            Parameters = Named(law, surface),
            Identified = uncertainty.Identified,
            StandardErrors = uncertainty.StandardErrors,
            Intervals = uncertainty.Intervals,
            Frontier = !vanished && surface.Frontier(options.Cost) is { } frontier && IsWithinReach(frontier, observations) ? frontier : null,
            Surface = surface,
            Draws = uncertainty.Draws,
            Diagnostics = Describe(table, options) with
            {
                Reason = !minimum.Converged
                    ? "the descent ended where a further step would still lower the objective"
                    : walls.Count > 0 ? $"{string.Join(" and ", walls.Select(w => w.Words))}: no minimum lies inside" : null,
                Warnings = [.. Warnings.Of(observations, options, uncertainty, replicates)],
                RmsLogResidual = rms,
                Bic = objective.Bic(residuals, law.FreeParameters),
                Certificate = Certify(law, solution, data.Centre, walls.Select(w => w.Name)),
                BootstrapDraws = uncertainty.Draws.Count,
                BootstrapFailed = uncertainty.Failed,
                Noise = uncertainty.Noise,
                Replicates = replicates,
                Draws = CompactDraws.Thin(uncertainty.Draws),
                Errors = uncertainty.Errors,
            },
        };
        return WithAllocations(fit);
    }

    /// <summary>The rows without those that look wrong beside the law of the others.</summary>
    /// <returns>What is left, and why the rest is not; all of it where the data cannot carry the law.</returns>
    /// <exception cref="Contracts.InputException">An option is out of range.</exception>
    public static (ObservationTable Table, IReadOnlyList<FlaggedRun> Flagged) WithoutFlagged(ObservationTable table, ScalingLaw law, FitOptions? options = null)
    {
        var (data, objective) = (new FitData(table.Observations, law), Objective.Of(options ?? new FitOptions()));
        if (Refusal(table.Observations, law, data) is not null
            || Solver.Solve(data, law, objective).Best.Point is var point && !Surface(law, point, data.Centre).Parameters.All(double.IsFinite))
        {
            return (table, []);
        }

        var (flags, _) = Hygiene.Examine(table.Observations, law, objective, data, point);
        return (table with { Observations = [.. table.Observations.Where((_, i) => !flags.ContainsKey(i))] }, [.. flags.Values]);
    }

    /// <summary>The optimum at the largest compute of the data, and beyond.</summary>
    internal static Fit WithAllocations(Fit fit) => fit with
    {
        Allocations = fit.Frontier is null ? [] : [.. Multiples.Select(m => new Allocator(fit).ForFlops(m * fit.Diagnostics.Range!.C.High)).Where(a => double.IsFinite(a.N * a.D * a.Loss!.Value) && double.IsFinite(a.TokensPerParam))],
    };

    // From the least compute of the data to as far beyond as extrapolations are read off: the line must be made of numbers.
    private static bool IsWithinReach(Frontier frontier, IReadOnlyList<Observation> observations) =>
        new[] { observations.Min(o => o.C), 100 * observations.Max(o => o.C) }.All(c => double.IsNormal(frontier.N(c)) && double.IsNormal(frontier.D(c)) && double.IsNormal(frontier.D(c) / frontier.N(c)));

    // More than any law asks for is all the same.
    private static int Distinct(double[] column, int count) => column.Take(count).Distinct().Take(10).Count();

    /// <summary>The law alone, without what a fit tells beside it.</summary>
    /// <returns>Null where the data cannot carry it.</returns>
    internal static LossSurface? Surface(ObservationTable table, ScalingLaw law, FitOptions options)
    {
        var data = new FitData(table.Observations, law);
        return Refusal(table.Observations, law, data) is null
            && Surface(law, Solver.Solve(data, law, Objective.Of(options)).Best.Point, data.Centre) is var surface
            && surface.Parameters.All(double.IsFinite) ? surface : null;
    }

    internal static string? Refusal(IReadOnlyList<Observation> observations, ScalingLaw law, FitData data) =>
        Support.Reason(law, observations.Count, Distinct(data.X, data.Count), Distinct(data.Y, data.Count))
            ?? (observations.All(o => o.Loss == observations[0].Loss) ? "all losses are equal" : null)
            ?? (law is DataConstrainedLaw && observations.All(o => o.Scale.UniqueD >= o.D) ? "no run repeats its data (unique_d), so that R_D cannot be seen" : null);

    private static Certificate Certify(ScalingLaw law, Solution solution, Centre centre, IEnumerable<string> bounds) => new()
    {
        Gradient = solution.Best.Gradient,
        Decrement = double.IsFinite(solution.Best.Decrement) ? solution.Best.Decrement : null,
        Starts = solution.Starts,
        StartsAtOptimum = solution.Agreeing,
        SecondBasin = solution.Second is { } second && Surface(law, second.Point, centre) is var surface && surface.Parameters.All(double.IsFinite)
            ? new SecondBasin(solution.Excess, Named(law, surface))
            : null,
        Bounds = [.. bounds],
        ZeroResiduals = solution.Best.ZeroResiduals,
    };

    private static Dictionary<string, double> Named(ScalingLaw law, LossSurface surface) => law.ParameterNames.Zip(surface.Parameters).ToDictionary(p => p.First, p => p.Second);

    internal static LossSurface Surface(ScalingLaw law, double[] coordinates, Centre centre)
    {
        var parameters = new double[coordinates.Length];
        law.Restore(coordinates, centre, parameters);
        return new LossSurface(law, [.. parameters]);
    }

    // Coordinates come in the order of the law's parameters.
    private static List<(string Name, string Words)> Walls(ScalingLaw law, FitFunction domain, double[] point, LossSurface surface) =>
    [
        .. from i in Enumerable.Range(0, point.Length)
           let low = point[i] <= domain.Low[i]
           where (low || point[i] >= domain.High[i]) && domain.Low[i] < domain.High[i]
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
        Flagged = [.. Comparisons.OfRows(table.Observations)],
        Intervals = Uncertainty.None(options, "there is no fit"),
        Diagnostics = Describe(table, options) with { Reason = reason },
    };
}
