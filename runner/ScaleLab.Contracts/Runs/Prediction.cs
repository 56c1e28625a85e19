using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Runs;

/// <summary>What a law said of a run before it was trained. <c>allocate --spec</c> writes it; the report sets it against what came out.</summary>
public sealed record Prediction
{
    /// <summary>The fit that said it, as it was named.</summary>
    public required string Fit { get; init; }

    /// <summary>That fit's law.</summary>
    public required string Law { get; init; }

    /// <summary>Of that law, in its order, with blanks between: the prediction is made for the N and D that are trained in the end.</summary>
    public required string Parameters { get; init; }

    /// <summary>At the N and D that were asked for.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public required double Loss { get; init; }

    /// <summary>Of a new run's loss, low end; none where the fit had no intervals.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? Low { get; init; }

    /// <summary>High end.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? High { get; init; }

    /// <summary>Coverage of that interval.</summary>
    [Range(0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double? Level { get; init; }
}
