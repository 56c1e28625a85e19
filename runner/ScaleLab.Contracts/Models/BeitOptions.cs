using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over BEiT.</summary>
public sealed record BeitOptions : VisionOptions
{
    /// <summary>Share of the patches whose tokens are predicted: 75 of 196 in the released code.</summary>
    [Range(0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaskRatio { get; set; } = 0.383;

    /// <summary>Visual tokens there are. The loss of a model that knows nothing is their logarithm.</summary>
    [Range(2, 65_536)]
    public int Codes { get; set; } = 256;

    /// <summary>Training images whose patches the codebook is made from, before the first step.</summary>
    [Range(1, 1_000_000)]
    public int CodebookImages { get; set; } = 512;
}
