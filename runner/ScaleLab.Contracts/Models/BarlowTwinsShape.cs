using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>Barlow Twins (Zbontar et al. 2021): the correlation between two views' embeddings becomes the identity.</summary>
public sealed record BarlowTwinsShape : JointEmbeddingShape
{
    public const string FamilyName = "barlow_twins";

    public required int ProjectorWidth { get; init; }

    public required double Redundancy { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => false;

    [JsonIgnore]
    public override Perceptron Projector => new(Width, ProjectorWidth, ProjectorWidth, ProjectorWidth);

    // One correlation for both views.
    protected override double LossFlops => (double)ProjectorWidth * ProjectorWidth;

    internal static BarlowTwinsShape? At(int width, BarlowTwinsOptions options, ImageInfo images) => VisionRecipe.Heads(width, options) is not { } heads
        ? null
        : new BarlowTwinsShape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            ProjectorWidth = options.ProjectorWidth,
            Redundancy = options.Redundancy,
        };
}
