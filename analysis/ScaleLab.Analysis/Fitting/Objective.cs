using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Fitting;

/// <summary>What a fit minimises over the residuals r = ln L(N, D) − ln loss: Huber's function, whose limits are squares and absolute values.</summary>
internal sealed record Objective(string Name, double Delta)
{
    public static readonly IReadOnlyList<string> Names = ["huber_log", "lad_log", "mse_log"];

    // Absolute values are reached through ever sharper Huber functions, each started from the last (Madsen and Nielsen 1993);
    // a factor of ten at once loses Newton's method on the way.
    private static readonly double[] Sharpening = [.. Enumerable.Range(0, 12).Select(i => 1e-3 * Math.Pow(3, -i))];

    /// <summary>The turning points to minimise with, one after the other; the last one is the objective's own.</summary>
    public IReadOnlyList<double> Deltas => Name switch
    {
        "huber_log" => [Delta],
        "lad_log" => Sharpening,
        _ => [double.PositiveInfinity],
    };

    public static Objective Of(FitOptions options)
    {
        if (!Names.Contains(options.Objective))
        {
            throw new InputException($"unknown objective '{options.Objective}'{Suggestion.For(options.Objective, Names)} (known: {string.Join(", ", Names)})");
        }

        return double.IsFinite(options.Delta) && options.Delta > 0
            ? new Objective(options.Objective, options.Delta)
            : throw new InputException("delta must be a finite number above 0");
    }

    /// <summary>As published: a sum for Huber and absolute values, a mean for squares.</summary>
    public FittedObjective Value(ReadOnlySpan<double> residuals)
    {
        var sum = 0.0;
        foreach (var residual in residuals)
        {
            var r = Math.Abs(residual);
            sum += Name switch
            {
                "huber_log" => r <= Delta ? r * r / 2 : Delta * (r - (Delta / 2)),
                "lad_log" => r,
                _ => r * r / residuals.Length,
            };
        }

        return new FittedObjective(Name, Name == "huber_log" ? Delta : null, sum);
    }
}
