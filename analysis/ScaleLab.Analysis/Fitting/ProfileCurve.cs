using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <param name="Value">Of the parameter.</param>
/// <param name="Deviance">Twice the loss of log likelihood against the best value, all other parameters refitted.</param>
public readonly record struct ProfilePoint(double Value, double Deviance);

/// <summary>The profile likelihood of one parameter (Barndorff-Nielsen and Cox 1994, section 3.4), under the noise model of <see cref="FitDiagnostics.Noise"/>.</summary>
/// <param name="Parameter">Its name.</param>
/// <param name="Estimate">The best value.</param>
/// <param name="Points">By value, the estimate among them; they end where the deviance is well above the limit, at a border of the law's domain, or at the probe of <see cref="Identified"/>.</param>
/// <param name="Limit">The level's χ² quantile with one degree of freedom.</param>
/// <param name="Low">Where the curve meets the limit below the estimate; null where it does not.</param>
/// <param name="High">Likewise above.</param>
public sealed record ProfileCurve(string Parameter, double Estimate, IReadOnlyList<ProfilePoint> Points, double Limit, double? Low, double? High)
{
    // Every point is a fit, and beyond that the curve has no more to say than a scatter of dots.
    private const int MostRows = 5000;

    /// <returns>One for each parameter that has a curve; none where the fit was put together or refused, or has too many rows.</returns>
    public static IReadOnlyList<ProfileCurve> Of(ObservationTable table, Fit fit)
    {
        var observations = fit.FlaggedExcluded ? [.. table.Observations.Where(o => fit.Flagged.All(f => f.Run != o.Run))] : table.Observations;
        if (fit.Surface is not { Law: not AverageLaw } surface || observations.Count is 0 or > MostRows || !surface.Parameters.All(double.IsFinite))
        {
            return [];
        }

        var data = new FitData(observations, surface.Law);
        if (ParametricFit.Refusal(observations, surface.Law, data) is not null)
        {
            return [];
        }

        var objective = Objective.Of(FitOptions.As(fit));
        var estimate = new double[surface.Parameters.Length];
        surface.Law.Place(surface.Parameters.AsSpan(), data.Centre, estimate);
        var profile = new Profile(data, surface.Law, objective, new Clusters(observations), estimate, fit.Intervals.Level);
        return [.. Enumerable.Range(0, estimate.Length).Select(profile.Curve).OfType<ProfileCurve>()];
    }
}
