using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over V-JEPA.</summary>
public sealed record VjepaOptions : JepaOptions
{
    /// <summary>Frames of a patch; must divide those of a clip.</summary>
    [Range(1, 256)]
    public int Tubelet { get; set; } = 2;

    /// <summary>Of the moving average at the start; it rises towards 1 under <c>schedule: cosine</c>, and is constant under <c>wsd</c>.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Momentum { get; set; } = 0.998;
}
