using System.Globalization;
using MathNet.Numerics.Statistics;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>The additive law and the gamma form, fitted side by side and averaged with the weights that a rolling holdout gives them.</summary>
public static class AutoFit
{
    /// <summary>What asks for it in place of a law's name.</summary>
    public const string Name = "auto";

    private static readonly AverageLaw Average = new();

    /// <returns>The average; or the one of both that the data carry, or the additive law's refusal.</returns>
    public static Fit Run(ObservationTable table, FitOptions? options = null) =>
        Of(table, LawChoice.Of(table, options), ParametricFit.Run(table, AverageLaw.Additive, options), ParametricFit.Run(table, AverageLaw.Gamma, options));

    internal static Fit Of(ObservationTable table, LawChoice choice, Fit additive, Fit gamma)
    {
        if (additive.Surface is null || gamma.Surface is null)
        {
            return (gamma.Surface is null ? additive : gamma) with { LawChoice = choice };
        }

        var weight = choice.WeightOfGamma;
        var surface = Average.Of(weight, additive.Surface, gamma.Surface);

        // Draws of one number are of the same resample, unless some could not carry a law: then they are of like ones.
        List<LossSurface> draws = [.. additive.Draws.Zip(gamma.Draws, (a, b) => Average.Of(weight, a, b))];
        double[] residuals = [.. table.Observations.Select(o => Math.Log(surface.Loss(o.Scale) / o.Loss))];
        var cost = gamma.Frontier is null ? null : additive.Frontier?.Cost;
        var lines = cost is null ? [] : draws.ConvertAll(draw => draw.Frontier(cost)!);
        return ParametricFit.WithAllocations(additive with
        {
            Law = Average.Name,
            LawChoice = choice,
            Objective = additive.Objective with { Value = null },
            Status = (FitStatus)Math.Max((int)additive.Status, (int)gamma.Status),
            Parameters = Average.ParameterNames.Zip(surface.Parameters).ToDictionary(p => p.First, p => p.Second),
            Identified = Both(additive.Identified, gamma.Identified),
            WithoutFlagged = null,
            StandardErrors = And(Both(additive.StandardErrors, gamma.StandardErrors), lines, Statistics.StandardDeviation),
            Intervals = additive.Intervals with { Bounds = And(Both(additive.Intervals.Bounds, gamma.Intervals.Bounds), lines, values => Quantile.Central(values, additive.Intervals.Level)) },
            Frontier = cost is null ? null : surface.Frontier(cost),
            Surface = surface,
            Draws = draws,
            Diagnostics = additive.Diagnostics with
            {
                Reason = additive.Diagnostics.Reason ?? gamma.Diagnostics.Reason,
                Warnings = [.. additive.Diagnostics.Warnings, .. Disagreement(additive, gamma)],
                RmsLogResidual = Math.Sqrt(residuals.Average(r => r * r)),

                // Of the additive law alone.
                Bic = null,
                Noise = null,
                Replicates = additive.Diagnostics.Replicates is { } replicates ? replicates with { F = null, FreedomOfFit = 0, P = null } : null,
                Certificate = additive.Diagnostics.Certificate is { } one && gamma.Diagnostics.Certificate is { } other ? Both(one, other) : null,
                Draws = CompactDraws.Thin(draws),

                // Both miss a run by nearly the same, so quantile stands beside quantile.
                Errors = [.. additive.Diagnostics.Errors.Zip(gamma.Diagnostics.Errors, (a, b) => ((1 - weight) * a) + (weight * b))],
            },
        });
    }

    /// <summary>Where the two forms part, in words: what these runs cannot decide.</summary>
    internal static IEnumerable<string> Disagreement(Fit additive, Fit gamma)
    {
        // Below a hundredth of loss and a factor of 1.25 in N, which costs far less than that, the choice does not matter.
        if (additive is { Frontier: { } one, Diagnostics.Range: { } range } && gamma.Frontier is { } other)
        {
            var compute = 100 * range.C.High;
            var (loss, size) = (Math.Log(other.Loss(compute) / one.Loss(compute)), Math.Log(other.N(compute) / one.N(compute)));
            if (Math.Abs(loss) > 0.01 || Math.Abs(size) > Math.Log(1.25))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"at 100 times the compute of the largest run the gamma form predicts a loss {Math.Abs(loss):P1} {(loss < 0 ? "below" : "above")} the additive law's and {Math.Exp(size):G3} times its N (a = {other.ExponentN:F3}, additive {one.ExponentN:F3}): these runs do not decide between them");
            }
        }
    }

    private static Certificate Both(Certificate additive, Certificate gamma) => new()
    {
        Gradient = Math.Max(additive.Gradient, gamma.Gradient),
        Decrement = additive.Decrement is null || gamma.Decrement is null ? null : Math.Max(additive.Decrement.Value, gamma.Decrement.Value),
        Starts = additive.Starts + gamma.Starts,
        StartsAtOptimum = additive.StartsAtOptimum + gamma.StartsAtOptimum,
        SecondBasin = new[] { additive.SecondBasin, gamma.SecondBasin }.OfType<SecondBasin>().MinBy(basin => basin.Excess),
        Bounds = [.. additive.Bounds, .. gamma.Bounds.Select(OfGamma)],
    };

    // As the average calls it.
    private static string OfGamma(string parameter) => parameter == "gamma" ? parameter : $"{parameter}_gamma";

    private static Dictionary<string, T> And<T>(Dictionary<string, T> parameters, List<Frontier> lines, Func<IEnumerable<double>, T> of)
    {
        if (lines.Count > 0)
        {
            (parameters["a"], parameters["b"]) = (of(lines.Select(line => line.ExponentN)), of(lines.Select(line => line.ExponentD)));
        }

        return parameters;
    }

    private static Dictionary<string, T> Both<T>(IReadOnlyDictionary<string, T> additive, IReadOnlyDictionary<string, T> gamma)
    {
        var both = additive.Where(p => AverageLaw.Additive.ParameterNames.Contains(p.Key)).ToDictionary(p => p.Key, p => p.Value);
        foreach (var (name, value) in gamma.Where(p => AverageLaw.Gamma.ParameterNames.Contains(p.Key)))
        {
            both[OfGamma(name)] = value;
        }

        return both;
    }
}
