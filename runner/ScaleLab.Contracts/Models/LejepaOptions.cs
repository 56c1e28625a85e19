using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over LeJEPA.</summary>
public sealed record LejepaOptions : VisionOptions
{
    /// <summary>Views drawn of each image; the authors' example has 4.</summary>
    [Range(2, 64)]
    public int Views { get; set; } = 2;

    /// <summary>Width of the projector's hidden layers, equal for all sizes of the encoder.</summary>
    [Range(8, 65_536)]
    public int ProjectorWidth { get; set; } = 256;

    /// <summary>Width of the space in which the loss compares views, equal for all sizes of the encoder.</summary>
    [Range(2, 65_536)]
    public int EmbeddingWidth { get; set; } = 64;

    /// <summary>Random directions on which the embeddings are tested, drawn anew for each batch.</summary>
    [Range(1, 65_536)]
    public int Slices { get; set; } = 256;

    /// <summary>λ: share of the test in the loss; the rest is the distance between views.</summary>
    [Range(0, 1)]
    public double Weight { get; set; } = 0.02;
}
