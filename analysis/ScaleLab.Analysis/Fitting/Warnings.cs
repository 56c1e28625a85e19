using System.Globalization;
using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Fitting;

internal static class Warnings
{
    public static IEnumerable<string> Of(IReadOnlyList<Observation> observations, FitOptions options, Uncertainty uncertainty, Replicates? replicates)
    {
        var measured = Quantile.Median(observations.Select(o => o.C / (o.N * o.D)));
        if (options.Cost != options.FlopsPerNd)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"C/(N·D) is {measured:G3} in these data, far from {options.FlopsPerNd:G3}: the frontier counts what the runs cost, C = {options.Cost.FlopsPerNd:G3} N^{options.Cost.Exponent:0.###} D");
        }
        else if (Math.Abs(Math.Log(measured / options.FlopsPerNd)) > 0.05)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"C/(N·D) is {measured:G3} in these data; the frontier counts {options.FlopsPerNd:G3} FLOPs per parameter and token");
        }

        var unannealed = observations.Count(o => !o.Annealed);
        if (unannealed > 0)
        {
            yield return $"{unannealed} losses were read before the learning rate was annealed and are too high";
        }

        if (replicates is { P: < 0.01 })
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"lack of fit: replicates scatter by {replicates.PureError:P2}, and the law misses their means by more than that explains (F = {replicates.F:G3} on {replicates.FreedomOfFit} and {replicates.Freedom} degrees of freedom, p = {replicates.P:G2})");
        }

        if (uncertainty.Failed > options.Bootstrap / 20)
        {
            yield return $"{uncertainty.Failed} of {options.Bootstrap} resamples could not carry the law; the intervals rest on the others";
        }
    }
}
