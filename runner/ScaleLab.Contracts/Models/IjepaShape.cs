using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>
/// I-JEPA (Assran et al. 2023). Its released code draws one size of block for a batch and cuts all masks of the batch to its shortest. Here every sample draws its own,
/// and contexts and blocks have the same number of patches in all batches: so neither losses nor FLOPs depend on what else is in the batch.
/// </summary>
public sealed record IjepaShape : JepaShape
{
    public const string FamilyName = "ijepa";

    /// <summary>Blocks that are predicted.</summary>
    public const int Blocks = 4;

    /// <summary>Draws of a block's size, each as likely as the others.</summary>
    public const int BlockSizes = 1000;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LossVariant Variant { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override int MaskTokens => 1;

    /// <summary>Patches of the context: a quarter, about what the shortest of a batch keeps in the released code.</summary>
    [JsonIgnore]
    public int Context => Patches / 4;

    /// <summary>Patches of a block to predict: those of the smallest.</summary>
    [JsonIgnore]
    public int Target => Enumerable.Range(0, BlockSizes).Min(i => TargetBlock(i).Patches);

    [JsonIgnore]
    public override double EncoderTokens => Context;

    [JsonIgnore]
    public override double TrainingFlopsPerUnit => (3 * (EncoderFlops(Context) + PredictorFlops(Context, Target, Blocks))) + EncoderFlops(Patches);

    /// <summary>0.15 to 0.2 of the grid, aspect 0.75 to 1.5, from one draw as in the released code; smaller than the grid.</summary>
    /// <param name="draw">0 … <see cref="BlockSizes"/> − 1.</param>
    public BlockSize TargetBlock(int draw) => TargetBlock(Grid, (double)draw / BlockSizes);

    /// <summary>0.85 to 1 of the grid, square, and smaller than the grid.</summary>
    /// <param name="draw">0 … <see cref="BlockSizes"/> − 1.</param>
    public BlockSize ContextBlock(int draw) => ContextBlock(Grid, (double)draw / BlockSizes);

    public override long ActivationBytes(int samples) =>
        samples * (Encoder.ActivationBytes(Context) + (Blocks * Predictor.ActivationBytes(Context + Target)) + (sizeof(float) * 4L * Patches * Width));

    /// <inheritdoc cref="TargetBlock(int)"/>
    /// <param name="grid">Patches along a side.</param>
    /// <param name="u">0 … 1.</param>
    public static BlockSize TargetBlock(int grid, double u) => BlockSize.Of(grid, 0.15 + (u * 0.05), 0.75 + (u * 0.75), grid - 1);

    /// <inheritdoc cref="ContextBlock(int)"/>
    /// <param name="grid">Patches along a side.</param>
    /// <param name="u">0 … 1.</param>
    public static BlockSize ContextBlock(int grid, double u) => BlockSize.Of(grid, 0.85 + (u * 0.15), 1, grid - 1);

    internal static IjepaShape? At(int width, IjepaOptions options, ImageInfo images)
    {
        var predictorHeads = HeadsOf(options, images);
        return VisionRecipe.Heads(width, options) is not { } heads
            ? null
            : new IjepaShape
            {
                Image = images.Size,
                Channels = images.Channels,
                Patch = options.Patch,
                Width = width,
                Depth = VisionRecipe.Depth(width, options),
                Heads = heads,
                PredictorWidth = options.PredictorWidth,
                PredictorDepth = options.PredictorDepth,
                PredictorHeads = predictorHeads,
                Momentum = options.Momentum,
                Variant = options.Variant,
            };
    }
}
