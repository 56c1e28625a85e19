using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>MoCo v3 (Chen, Xie and He 2021): a view finds the moving average's code of the other view in the batch.</summary>
public sealed record MocoV3Shape : JointEmbeddingShape
{
    public const string FamilyName = "moco_v3";

    public required int ProjectorWidth { get; init; }

    public required int EmbeddingWidth { get; init; }

    public required double Temperature { get; init; }

    public required double Momentum { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => true;

    [JsonIgnore]
    public override Perceptron Projector => new(Width, ProjectorWidth, ProjectorWidth, EmbeddingWidth) { OutputNorm = OutputNorm.Plain };

    [JsonIgnore]
    public override Perceptron Predictor => new(EmbeddingWidth, ProjectorWidth, EmbeddingWidth) { OutputNorm = OutputNorm.Plain };

    [JsonIgnore]
    public override bool HasTeacher => true;

    protected override bool Compares => true;

    // Each view with the other views' keys.
    protected override double LossFlops => 2.0 * Compared * EmbeddingWidth;

    internal static MocoV3Shape? At(int width, MocoV3Options options, ImageInfo images) => VisionRecipe.Heads(width, options) is not { } heads
        ? null
        : new MocoV3Shape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            FrozenPatches = options.FrozenPatches,
            ProjectorWidth = options.ProjectorWidth,
            EmbeddingWidth = options.EmbeddingWidth,
            Temperature = options.Temperature,
            Momentum = options.Momentum,
        };
}
