using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>LeJEPA (Balestriero and LeCun 2025): views agree, and their embeddings are an isotropic Gaussian as far as random slices can tell.</summary>
public sealed record LejepaShape : JointEmbeddingShape
{
    public const string FamilyName = "lejepa";

    public required int Views { get; init; }

    public required int ProjectorWidth { get; init; }

    public required int EmbeddingWidth { get; init; }

    public required int Slices { get; init; }

    public required double Weight { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => true;

    [JsonIgnore]
    public override int ViewCount => Views;

    [JsonIgnore]
    public override Perceptron Projector => new(Width, ProjectorWidth, ProjectorWidth, EmbeddingWidth) { OutputBias = true };

    // Embeddings onto slices.
    protected override double LossFlops => 2.0 * EmbeddingWidth * Slices;

    internal static LejepaShape? At(int width, LejepaOptions options, ImageInfo images) => VisionRecipe.Heads(width, options) is not { } heads
        ? null
        : new LejepaShape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            Views = options.Views,
            ProjectorWidth = options.ProjectorWidth,
            EmbeddingWidth = options.EmbeddingWidth,
            Slices = options.Slices,
            Weight = options.Weight,
        };
}
