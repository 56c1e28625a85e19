using System.Text.Json.Serialization;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Comparing;

/// <summary>How much less compute one sweep's recipe needs than another's, each at its own compute-optimal N and D.</summary>
/// <param name="Flops">C of the first.</param>
/// <param name="Loss">That C buys there.</param>
/// <param name="OtherFlops">C of the second for the same loss; null where its law never reaches it.</param>
public sealed record ComputeRatio(double Flops, double Loss, double? OtherFlops)
{
    /// <summary>The effective-compute ratio: C of the first for each unit of the second's, above 1 where the second needs less; null where it never reaches the loss.</summary>
    public double? Ratio => Flops / OtherFlops;

    /// <summary>Of <see cref="Ratio"/>; 0 as its low end where resamples say that the second never reaches the loss, null where they say so of the first, or where there are none.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Beyond the compute of a sweep's runs, in words; null inside both.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Extrapolation { get; init; }
}
