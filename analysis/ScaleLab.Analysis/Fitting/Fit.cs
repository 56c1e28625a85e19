using System.Text.Json.Serialization;
using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Counting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>A law fitted to observations: its numbers, how far they can be trusted, and why not where they cannot. Its JSON is a contract.</summary>
public sealed record Fit
{
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = 1;

    /// <summary>A name of <see cref="ScalingLaw.All"/>, or <c>average</c>.</summary>
    public required string Law { get; init; }

    public required FittedObjective Objective { get; init; }

    public required FitStatus Status { get; init; }

    public required int NObservations { get; init; }

    /// <summary>Rows that look wrong. They are in the fit all the same unless <see cref="FlaggedExcluded"/>.</summary>
    public IReadOnlyList<FlaggedRun> Flagged { get; init; } = [];

    public bool FlaggedExcluded { get; init; }

    /// <summary>Null where nothing is flagged, beyond 20,000 rows, where flagged rows are excluded, or the others cannot carry the law.</summary>
    public CleanFit? WithoutFlagged { get; init; }

    /// <summary>By name, in the law's order; empty when refused.</summary>
    public IReadOnlyDictionary<string, double> Parameters { get; init; } = new Dictionary<string, double>();

    /// <summary>By parameter; a parameter is missing where the data do not allow even a verdict.</summary>
    public IReadOnlyDictionary<string, Identified> Identified { get; init; } = new Dictionary<string, Identified>();

    /// <summary>By parameter, and of <c>a</c> and <c>b</c>: the standard deviation of the bootstrap, which a few wild draws own where a parameter is not identified; empty where <see cref="Intervals"/> are refused.</summary>
    public IReadOnlyDictionary<string, double> StandardErrors { get; init; } = new Dictionary<string, double>();

    public required Intervals Intervals { get; init; }

    /// <summary>Null when refused.</summary>
    public Frontier? Frontier { get; init; }

    /// <summary>Optimal N and D and the loss there, of the mean and of a new run, at the largest compute of the data and at 10 and 100 times that; empty without frontier.</summary>
    public IReadOnlyList<Allocation> Allocations { get; init; } = [];

    public required FitDiagnostics Diagnostics { get; init; }

    /// <summary>How laws extrapolate on these data; null where nobody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LawChoice? LawChoice { get; init; }

    /// <summary>What the other two approaches make of the same runs; null where nobody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Approach>? Approaches { get; init; }

    /// <summary>The exponent a under every way of counting parameters and FLOPs that the columns allow; null where nobody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CountingRule>? Counting { get; init; }

    /// <summary>The surface that the parameters describe; null when refused.</summary>
    [JsonIgnore]
    public LossSurface? Surface { get; init; }

    /// <summary>Surfaces of the bootstrap, for bands; empty where <see cref="Intervals"/> are refused.</summary>
    [JsonIgnore]
    public IReadOnlyList<LossSurface> Draws { get; init; } = [];
}

/// <param name="Name">As <see cref="FitOptions.Objective"/>.</param>
/// <param name="Delta">Where Huber's function turns from square to straight; null where the objective has none.</param>
/// <param name="Value">At the fitted parameters, a sum for <c>huber_log</c> and <c>lad_log</c>, else a mean; null when refused.</param>
public sealed record FittedObjective(string Name, double? Delta, double? Value)
{
    /// <summary>Of <c>asymmetric_mae</c>; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Factor { get; init; }
}

/// <param name="Run">As <see cref="Data.Observation.Run"/>.</param>
/// <param name="Kind">What is likely to have gone wrong.</param>
/// <param name="Reason">In words, with the numbers.</param>
public sealed record FlaggedRun(string Run, FlagKind Kind, string Reason);

/// <summary>The law without the flagged rows, beside the one with them.</summary>
/// <param name="NObservations">Rows that are left.</param>
/// <param name="Parameters">By name.</param>
/// <param name="A">Of the frontier's N* ∝ C^a; null where there is none.</param>
public sealed record CleanFit(int NObservations, IReadOnlyDictionary<string, double> Parameters, [property: JsonPropertyName("a")] double? A);

[JsonConverter(typeof(JsonStringEnumConverter<FlagKind>))]
public enum FlagKind
{
    /// <summary>Far off the law for a reason that the row does not show.</summary>
    [JsonStringEnumMemberName("outlying")]
    Outlying,

    [JsonStringEnumMemberName("diverged")]
    Diverged,

    /// <summary>As high as if the run had ended early.</summary>
    [JsonStringEnumMemberName("truncated")]
    Truncated,

    [JsonStringEnumMemberName("untuned")]
    Untuned,

    [JsonStringEnumMemberName("duplicate")]
    Duplicate,

    /// <summary>N and D exchanged.</summary>
    [JsonStringEnumMemberName("swapped")]
    Swapped,

    [JsonStringEnumMemberName("wrong_unit")]
    WrongUnit,

    [JsonStringEnumMemberName("below_floor")]
    BelowFloor,
}

[JsonConverter(typeof(JsonStringEnumConverter<FitStatus>))]
public enum FitStatus
{
    /// <summary>A minimum, certified by its gradient.</summary>
    [JsonStringEnumMemberName("converged")]
    Converged,

    /// <summary>The best point lies on the border of the law's domain (E = 0, say): the law is too rich for these data.</summary>
    [JsonStringEnumMemberName("bound_hit")]
    BoundHit,

    [JsonStringEnumMemberName("not_converged")]
    NotConverged,

    /// <summary>These data cannot carry this law; <see cref="FitDiagnostics.Reason"/> says why.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <summary>Does the data's noise leave a parameter within reach of its estimate?</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Identified>))]
public enum Identified
{
    [JsonStringEnumMemberName("yes")]
    Yes,

    /// <summary>The data give it no useful upper limit.</summary>
    [JsonStringEnumMemberName("open_above")]
    OpenAbove,

    /// <summary>The data give it no useful lower limit.</summary>
    [JsonStringEnumMemberName("open_below")]
    OpenBelow,

    [JsonStringEnumMemberName("no")]
    No,
}
