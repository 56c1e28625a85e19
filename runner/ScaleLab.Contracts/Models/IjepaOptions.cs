using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over I-JEPA.</summary>
public sealed record IjepaOptions : JepaOptions
{
    /// <summary><c>released</c>: smooth L1. <c>paper</c>: squared error (eq. 1).</summary>
    public LossVariant Variant { get; init; }

    /// <summary>Of the moving average at the start; it rises to 1 in a straight line under <c>schedule: cosine</c>, and is constant under <c>wsd</c>.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Momentum { get; set; } = 0.996;
}
