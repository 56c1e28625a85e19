using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over VICReg.</summary>
public sealed record VicregOptions : VisionOptions
{
    /// <summary><c>released</c>: the distance of two views is a mean over dimensions, and the variance terms are halved; <c>paper</c>: neither.</summary>
    public LossVariant Variant { get; init; }

    /// <summary>Width of the projector's three layers, the output among them, equal for all sizes of the encoder; 8192 in the paper.</summary>
    [Range(8, 65_536)]
    public int ProjectorWidth { get; set; } = 256;

    /// <summary>Weight of the distance between views.</summary>
    [Range(0, double.MaxValue)]
    public double Similarity { get; set; } = 25;

    /// <summary>Weight of the variance terms.</summary>
    [Range(0, double.MaxValue)]
    public double Variance { get; set; } = 25;

    /// <summary>Weight of the covariance terms.</summary>
    [Range(0, double.MaxValue)]
    public double Covariance { get; set; } = 1;
}
