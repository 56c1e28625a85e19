using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over SimCLR.</summary>
public sealed record SimClrOptions : VisionOptions
{
    /// <summary><c>released</c>: the sum of both directions; <c>paper</c>: their mean.</summary>
    public LossVariant Variant { get; init; }

    /// <summary>Width of the projector's hidden layers, equal for all sizes of the encoder.</summary>
    [Range(8, 65_536)]
    public int ProjectorWidth { get; set; } = 256;

    /// <summary>Width of the space in which the loss compares views, equal for all sizes of the encoder.</summary>
    [Range(2, 65_536)]
    public int EmbeddingWidth { get; set; } = 128;

    /// <summary>τ: 0.5 as the authors train on CIFAR-10; 0.1 for ImageNet.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; set; } = 0.5;
}
