using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over MoCo v3.</summary>
public sealed record MocoV3Options : VisionOptions
{
    /// <summary>The patch embedding keeps its random weights, which steadies the training (section 4 of the paper, <c>--stop-grad-conv1</c>).</summary>
    public bool FrozenPatches { get; set; } = true;

    /// <summary>Width of the hidden layers of projector and predictor, equal for all sizes of the encoder; 4096 in the paper.</summary>
    [Range(8, 65_536)]
    public int ProjectorWidth { get; set; } = 256;

    /// <summary>Width of the space in which the loss compares views, equal for all sizes of the encoder.</summary>
    [Range(2, 65_536)]
    public int EmbeddingWidth { get; set; } = 128;

    /// <summary>τ.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; set; } = 0.2;

    /// <summary>Of the moving average at the start; it rises to 1 under <c>schedule: cosine</c>, and is constant under <c>wsd</c>.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Momentum { get; set; } = 0.99;
}
