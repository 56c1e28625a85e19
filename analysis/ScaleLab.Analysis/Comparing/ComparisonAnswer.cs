using System.Text.Json;
using System.Text.Json.Serialization;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Quality;

namespace ScaleLab.Analysis.Comparing;

/// <summary>What <c>compare</c> tells, for machines. Its JSON is a contract.</summary>
/// <param name="Measures">One for each column that was compared.</param>
public sealed record ComparisonAnswer(IReadOnlyList<ComparedMeasure> Measures)
{
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = 1;

    public string ToJson() => JsonSerializer.Serialize(this, ComparisonJson.Default.ComparisonAnswer) + "\n";
}

/// <param name="Column">Of results.csv.</param>
/// <param name="Budgets">FLOPs.</param>
/// <param name="Sweeps">The best run for each budget, interpolated; no law is in it.</param>
/// <param name="EffectiveCompute">Each further sweep against the first, by their laws.</param>
public sealed record ComparedMeasure(string Column, IReadOnlyList<double> Budgets, IReadOnlyList<MeasuredSweep> Sweeps, IReadOnlyList<EffectiveCompute> EffectiveCompute)
{
    /// <param name="measure">The sweeps' runs.</param>
    /// <param name="pairs">The first sweep with each of the others, in their order.</param>
    /// <param name="losses">To compare at; where there are none, at what the first reaches at the measure's budgets.</param>
    public static ComparedMeasure Of(MethodComparison measure, IReadOnlyList<SweepPair> pairs, IReadOnlyList<double> losses) => new(
        measure.Column,
        measure.Budgets,
        [.. measure.Sweeps.Select(s => new MeasuredSweep(s.Name, s.Points.Count, s.Random, s.AtBudgets))],
        [.. pairs.Zip(measure.Sweeps.Skip(1), (pair, other) => Comparing.EffectiveCompute.Of(pair, measure.Sweeps[0].Name, other.Name, measure.Budgets, losses))]);
}

/// <param name="Name">Of the sweep or its model.</param>
/// <param name="Runs">How many have the measure.</param>
/// <param name="Untrained">The measure of untrained encoders; null where it was not taken.</param>
/// <param name="AtBudgets">One for each budget.</param>
public sealed record MeasuredSweep(string Name, int Runs, double? Untrained, IReadOnlyList<AtBudget> AtBudgets);

/// <summary>How much less compute a sweep needs than the one it is compared with.</summary>
/// <param name="Reference">The sweep whose losses are to be reached.</param>
/// <param name="Sweep">The one that is to reach them.</param>
/// <param name="Law">Fitted to both.</param>
/// <param name="Floor"><c>shared</c>: one E; <c>own</c>: each its own; <c>none</c>: the law has no E.</param>
/// <param name="At">Along the first sweep's budgets, or at the losses that were asked for; empty when refused.</param>
public sealed record EffectiveCompute(string Reference, string Sweep, string Law, string Floor, IReadOnlyList<ComputeRatio> At)
{
    public string? Refused { get; init; }

    public required double Level { get; init; }

    /// <inheritdoc cref="SweepPair.NoIntervals"/>
    public string? NoIntervals { get; init; }

    /// <inheritdoc cref="SweepPair.PairedClusters"/>
    public int PairedClusters { get; init; }

    /// <inheritdoc cref="SweepPair.FloorDifference"/>
    public Interval? FloorDifference { get; init; }

    internal static EffectiveCompute Of(SweepPair pair, string reference, string sweep, IReadOnlyList<double> budgets, IReadOnlyList<double> losses) => new(
        reference,
        sweep,
        pair.Options.Law,
        pair.Floors,
        pair.Refused is not null ? [] : losses.Count > 0 ? [.. losses.Select(pair.AtLoss)] : [.. budgets.Select(pair.AtFlops)])
    {
        Refused = pair.Refused,
        Level = pair.Options.Level,
        NoIntervals = pair.NoIntervals,
        PairedClusters = pair.PairedClusters,
        FloorDifference = pair.FloorDifference,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ComparisonAnswer))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
