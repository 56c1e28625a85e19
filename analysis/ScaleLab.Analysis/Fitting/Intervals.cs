using System.Text.Json.Serialization;

namespace ScaleLab.Analysis.Fitting;

/// <summary>[low, high], both finite.</summary>
[JsonConverter(typeof(IntervalJson))]
public readonly record struct Interval(double Low, double High);

/// <summary>Bootstrap intervals of the parameters and of the frontier's exponents <c>a</c> and <c>b</c>.</summary>
/// <param name="Level">Coverage, in (0, 1).</param>
/// <param name="Method">In words.</param>
/// <param name="Clusters">How many independent groups of rows were resampled.</param>
[JsonConverter(typeof(IntervalsJson))]
public sealed record Intervals(double Level, string Method, int Clusters)
{
    /// <summary>Why there are none; null where there are.</summary>
    public string? Refused { get; init; }

    /// <summary>By parameter name, then <c>a</c>, <c>b</c>; empty when refused.</summary>
    public IReadOnlyDictionary<string, Interval> Bounds { get; init; } = new Dictionary<string, Interval>();
}
