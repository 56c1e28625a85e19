using System.Text.Json.Serialization;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Approaches;

/// <summary>What one of Hoffmann et al.'s three approaches (arXiv:2203.15556, section 3) makes of the runs: N* ∝ C^a and D* ∝ C^b.</summary>
public sealed record Approach
{
    /// <summary><c>envelope</c> (1), <c>isoflop</c> (2), <c>isoflop_corrected</c> or <c>parametric</c> (3).</summary>
    public required string Name { get; init; }

    /// <summary>Why these runs cannot carry it; null where they can.</summary>
    public string? Refused { get; init; }

    /// <summary>a of N* ∝ C^a; null when refused.</summary>
    [JsonPropertyName("a")]
    public double? ExponentN { get; init; }

    /// <summary>b of D* ∝ C^b; null when refused.</summary>
    [JsonPropertyName("b")]
    public double? ExponentD { get; init; }

    /// <summary>Of <c>a</c> and <c>b</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, Interval> Intervals { get; init; } = new Dictionary<string, Interval>();

    /// <summary>At the budgets that were asked for.</summary>
    public IReadOnlyList<Advice> At { get; init; } = [];

    /// <summary>Approach 2: what each budget's parabola says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IsoFlop>? Budgets { get; init; }
}

/// <param name="Flops">C.</param>
/// <param name="N">N*.</param>
/// <param name="D">D*.</param>
public sealed record Advice(double Flops, double N, double D)
{
    /// <summary>Of <c>params</c> and <c>tokens</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, Interval> Intervals { get; init; } = new Dictionary<string, Interval>();
}

/// <summary>N* and D* along the compute of the runs.</summary>
internal sealed record OptimalLines(PowerLine N, PowerLine D);
