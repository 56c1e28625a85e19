using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>BYOL (Grill et al. 2020): one view predicts the other's projection by a moving average of the network.</summary>
public sealed record ByolShape : JointEmbeddingShape
{
    public const string FamilyName = "byol";

    public required int ProjectorWidth { get; init; }

    public required int EmbeddingWidth { get; init; }

    public required double Momentum { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => false;

    [JsonIgnore]
    public override Perceptron Projector => new(Width, ProjectorWidth, EmbeddingWidth);

    [JsonIgnore]
    public override Perceptron Predictor => new(EmbeddingWidth, ProjectorWidth, EmbeddingWidth);

    [JsonIgnore]
    public override bool HasTeacher => true;

    internal static ByolShape? At(int width, ByolOptions options, ImageInfo images) => VisionRecipe.Heads(width, options) is not { } heads
        ? null
        : new ByolShape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            ProjectorWidth = options.ProjectorWidth,
            EmbeddingWidth = options.EmbeddingWidth,
            Momentum = options.Momentum,
        };
}
