using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// What a fit minimises over the residuals r, which are ln L(N, D) − ln loss (names that end in <c>_log</c>) or L(N, D) − loss. Every one is Huber's
/// function, square between two turning points and straight beyond them, or a limit of it: squares, absolute values, lopsided absolute values.
/// </summary>
internal sealed record Objective(string Name, double Delta, double Factor)
{
    public static readonly IReadOnlyList<string> Names = ["huber_log", "lad_log", "mse_log", "huber", "mse", "asymmetric_mae"];

    // Straight pieces are reached through ever sharper Huber functions, each started from the last (Madsen and Nielsen 1993);
    // a factor of ten at once loses Newton's method on the way.
    private static readonly double[] Sharpening = [.. Enumerable.Range(0, 12).Select(i => 1e-3 * Math.Pow(3, -i))];

    public bool OfLogs => Name.EndsWith("_log", StringComparison.Ordinal);

    /// <summary>Of straight pieces: its minimum is mostly a vertex, where as many residuals as the law has parameters are zero.</summary>
    public bool IsStraight => Name is "lad_log" or "asymmetric_mae";

    private bool IsHuber => Name is "huber_log" or "huber";

    /// <summary>How much steeper the objective is for a law that lies above the loss.</summary>
    public double Above => Name == "asymmetric_mae" ? Factor : 1;

    /// <summary>The turning points to minimise with, one after the other.</summary>
    /// <param name="unit">Of the residuals in which it is minimised: a typical loss where they are not logarithms, else 1.</param>
    public IReadOnlyList<double> Deltas(double unit) => IsStraight ? Sharpening : [IsHuber ? Delta / unit : double.PositiveInfinity];

    public static Objective Of(FitOptions options)
    {
        if (!Names.Contains(options.Objective))
        {
            throw new InputException($"unknown objective '{options.Objective}'{Suggestion.For(options.Objective, Names)} (known: {string.Join(", ", Names)})");
        }

        Positive(options.Delta, "delta");
        Positive(options.Factor, "factor");
        return new Objective(options.Objective, options.Delta, options.Factor);
    }

    public double Residual(double predicted, double observed) => OfLogs ? Math.Log(predicted / observed) : predicted - observed;

    /// <summary>As published: <c>huber_log</c> and <c>lad_log</c> are sums, the others means.</summary>
    public FittedObjective Value(ReadOnlySpan<double> residuals)
    {
        var sum = 0.0;
        foreach (var residual in residuals)
        {
            var r = Math.Abs(residual);
            sum += IsHuber ? r <= Delta ? r * r / 2 : Delta * (r - (Delta / 2))
                : !IsStraight ? r * r
                : residual > 0 ? Above * r : r;
        }

        return new FittedObjective(Name, IsHuber ? Delta : null, Name is "huber_log" or "lad_log" ? sum : sum / residuals.Length)
        {
            Factor = Name == "asymmetric_mae" ? Factor : null,
        };
    }

    /// <summary>The Bayesian information criterion (Schwarz 1978), for objectives that are a likelihood with its scale estimated: squares are Gaussian, absolute values Laplacian.</summary>
    /// <returns>Null for the others: Huber's and lopsided functions are no density of the losses.</returns>
    public double? Bic(ReadOnlySpan<double> residuals, int parameters)
    {
        var (squares, sum) = (0.0, 0.0);
        foreach (var r in residuals)
        {
            squares += r * r / residuals.Length;
            sum += Math.Abs(r) / residuals.Length;
        }

        var deviance = Name switch
        {
            "mse" or "mse_log" => residuals.Length * Math.Log(2 * Math.PI * Math.E * squares),
            "lad_log" => 2 * residuals.Length * Math.Log(2 * Math.E * sum),
            _ => double.NaN,
        };
        return double.IsFinite(deviance) ? deviance + ((parameters + 1) * Math.Log(residuals.Length)) : null;
    }

    private static void Positive(double value, string name)
    {
        if (!double.IsFinite(value) || value <= 0)
        {
            throw new InputException($"{name} must be a finite number above 0");
        }
    }
}
