using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over Barlow Twins.</summary>
public sealed record BarlowTwinsOptions : VisionOptions
{
    /// <summary>Width of the projector's three layers, the output among them, equal for all sizes of the encoder; 8192 in the paper.</summary>
    [Range(8, 65_536)]
    public int ProjectorWidth { get; set; } = 256;

    /// <summary>λ: weight of the correlations between different dimensions.</summary>
    [Range(0, double.MaxValue)]
    public double Redundancy { get; set; } = 0.0051;
}
