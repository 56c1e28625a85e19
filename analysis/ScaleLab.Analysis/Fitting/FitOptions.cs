using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Fitting;

/// <summary>How to fit; the defaults are Hoffmann et al.'s objective with a 95 % cluster bootstrap.</summary>
public sealed record FitOptions
{
    public static readonly IReadOnlyList<string> ResamplingMethods = ["auto", "wild", "pairs", "residual"];

    private const int FewestDraws = 100;

    /// <summary><c>huber_log</c>, <c>lad_log</c>, <c>mse_log</c> of log loss; <c>huber</c>, <c>mse</c>, <c>asymmetric_mae</c> of the loss itself.</summary>
    public string Objective { get; init; } = "huber_log";

    /// <summary>Huber's turning point, &gt; 0: in log loss, or in the loss itself for <c>huber</c>.</summary>
    public double Delta { get; init; } = 1e-3;

    /// <summary>How much more <c>asymmetric_mae</c> counts a law that lies above the loss, &gt; 0.</summary>
    public double Factor { get; init; } = 10;

    /// <summary>Resamples, 0 = no intervals; null = 1000, and fewer beyond 50,000 rows, down to 100.</summary>
    public int? Bootstrap { get; init; }

    /// <summary>One of <see cref="ResamplingMethods"/>; <c>auto</c> takes pairs from 100 clusters on, else wild.</summary>
    public string Resampling { get; init; } = "auto";

    /// <summary>Coverage of the intervals, in (0, 1).</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Of the resampling: the same seed gives the same intervals on any number of cores.</summary>
    public ulong Seed { get; init; }

    /// <summary>k of C = k·N·D, for the frontier. Where runs cost more than three times as much or less, as vision's do, what they cost is taken instead.</summary>
    public double FlopsPerNd { get; init; } = 6;

    /// <summary>What the runs cost, where that is known better.</summary>
    internal Cost Cost { get => field == default ? FlopsPerNd : field; init; }

    /// <summary>Moves the grid of exponents from which descents start, in [0, 1) of its step: no result may depend on it.</summary>
    internal double GridOffset { get; init; }

    /// <summary>As they must have been for this fit.</summary>
    internal static FitOptions As(Fit fit) => new()
    {
        Objective = fit.Objective.Name,
        Delta = fit.Objective.Delta ?? new FitOptions().Delta,
        Factor = fit.Objective.Factor ?? new FitOptions().Factor,
        Level = fit.Intervals.Level,
        Bootstrap = fit.Diagnostics.BootstrapDraws + fit.Diagnostics.BootstrapFailed is > 0 and var draws ? Math.Max(FewestDraws, draws) : 0,
        Resampling = ResamplingMethods.LastOrDefault(method => Uncertainty.Method(method) == fit.Intervals.Method && !(method == "wild" && fit.Objective.Factor is not null)) ?? "auto",
        Seed = fit.Diagnostics.Seed,
        FlopsPerNd = fit.Frontier is { CostExponent: null } f ? f.FlopsPerNd : new FitOptions().FlopsPerNd,
    };

    /// <returns>The same, complete and checked, for so many rows.</returns>
    internal FitOptions For(int rows)
    {
        Check(Level is > 0 and < 1, "level must lie between 0 and 1");
        Check(Bootstrap is null or 0 or (>= FewestDraws and <= 1_000_000), "bootstrap must be 0 (no intervals) or from 100 to 1000000 draws");
        Check(double.IsFinite(FlopsPerNd) && FlopsPerNd > 0, "the FLOPs per parameter and token must be a finite number above 0");
        Check(ResamplingMethods.Contains(Resampling), $"unknown resampling '{Resampling}'{Suggestion.For(Resampling, ResamplingMethods)} (known: {string.Join(", ", ResamplingMethods)})");
        return this with { Bootstrap = Bootstrap ?? (int)Math.Clamp(50_000_000L / Math.Max(1, rows), 100, 1000) };
    }

    private static void Check(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InputException(rule);
        }
    }
}
