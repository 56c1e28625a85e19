using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>SimCLR (Chen et al. 2020): a view finds the other view of its image in the batch.</summary>
public sealed record SimClrShape : JointEmbeddingShape
{
    public const string FamilyName = "simclr";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LossVariant Variant { get; init; }

    public required int ProjectorWidth { get; init; }

    public required int EmbeddingWidth { get; init; }

    public required double Temperature { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => false;

    [JsonIgnore]
    public override Perceptron Projector => new(Width, ProjectorWidth, ProjectorWidth, EmbeddingWidth) { OutputNorm = OutputNorm.Gain };

    protected override bool Compares => true;

    // Each view with all views of the batch.
    protected override double LossFlops => 4.0 * Compared * EmbeddingWidth;

    internal static SimClrShape? At(int width, SimClrOptions options, ImageInfo images) => VisionRecipe.Heads(width, options) is not { } heads
        ? null
        : new SimClrShape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            Variant = options.Variant,
            ProjectorWidth = options.ProjectorWidth,
            EmbeddingWidth = options.EmbeddingWidth,
            Temperature = options.Temperature,
        };
}
