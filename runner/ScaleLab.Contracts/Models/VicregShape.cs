using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>VICReg (Bardes et al. 2022): views agree, every dimension varies, no two say the same.</summary>
public sealed record VicregShape : JointEmbeddingShape
{
    public const string FamilyName = "vicreg";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LossVariant Variant { get; init; }

    public required int ProjectorWidth { get; init; }

    public required double Similarity { get; init; }

    public required double Variance { get; init; }

    public required double Covariance { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => false;

    [JsonIgnore]
    public override Perceptron Projector => new(Width, ProjectorWidth, ProjectorWidth, ProjectorWidth);

    // The covariance of each view.
    protected override double LossFlops => 2.0 * ProjectorWidth * ProjectorWidth;

    internal static VicregShape? At(int width, VicregOptions options, ImageInfo images) => VisionRecipe.Heads(width, options) is not { } heads
        ? null
        : new VicregShape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            Variant = options.Variant,
            ProjectorWidth = options.ProjectorWidth,
            Similarity = options.Similarity,
            Variance = options.Variance,
            Covariance = options.Covariance,
        };
}
