using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>V-JEPA (Bardes et al. 2024): clips in tubelets, two kinds of masks that span all frames. As in I-JEPA here, contexts and targets have the same number of patches in all batches.</summary>
public sealed record VjepaShape : JepaShape
{
    public const string FamilyName = "vjepa";

    public required int Frames { get; init; }

    /// <summary>Frames of a patch.</summary>
    public required int Tubelet { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    /// <summary>Patches along time.</summary>
    [JsonIgnore]
    public int Steps => Frames / Tubelet;

    [JsonIgnore]
    public override int Patches => Steps * Grid * Grid;

    [JsonIgnore]
    public override int PatchVolume => Channels * Tubelet * Patch * Patch;

    [JsonIgnore]
    public override int MaskTokens => Masks.Count;

    /// <summary>Short range: eight blocks of 15 % of a frame. Long range: two of 70 %. What is kept of context and target are shares that nearly all draws have.</summary>
    [JsonIgnore]
    public IReadOnlyList<TubeMask> Masks =>
    [
        new(Blocks: 8, Share: 0.15, Context: Grid * Grid / 4, Target: Grid * Grid / 2),
        new(Blocks: 2, Share: 0.7, Context: Grid * Grid / 16, Target: Grid * Grid * 5 / 8),
    ];

    [JsonIgnore]
    public override double EncoderTokens => Masks.Sum(m => m.Context * Steps);

    [JsonIgnore]
    public override double TrainingFlopsPerUnit =>
        (3 * Masks.Sum(m => EncoderFlops(m.Context * Steps) + PredictorFlops(m.Context * Steps, m.Target * Steps, 1))) + EncoderFlops(Patches);

    public override long ActivationBytes(int samples) =>
        samples * (Masks.Sum(m => Encoder.ActivationBytes(m.Context * Steps) + Predictor.ActivationBytes((m.Context + m.Target) * Steps)) + (sizeof(float) * 4L * Patches * Width));

    internal static VjepaShape? At(int width, VjepaOptions options, ImageInfo images)
    {
        var predictorHeads = HeadsOf(options, images);
        return images.Frames % options.Tubelet != 0
            ? throw new InputException($"tubelets of {options.Tubelet} frames do not divide clips of {images.Frames}")
            : VisionRecipe.Heads(width, options) is not { } heads
            ? null
            : new VjepaShape
            {
                Image = images.Size,
                Channels = images.Channels,
                Frames = images.Frames,
                Tubelet = options.Tubelet,
                Patch = options.Patch,
                Width = width,
                Depth = VisionRecipe.Depth(width, options),
                Heads = heads,
                PredictorWidth = options.PredictorWidth,
                PredictorDepth = options.PredictorDepth,
                PredictorHeads = predictorHeads,
                Momentum = options.Momentum,
            };
    }
}

/// <summary>A kind of mask that is the same in all frames.</summary>
/// <param name="Blocks">Rectangles whose union is hidden.</param>
/// <param name="Share">Of a frame, of each of them.</param>
/// <param name="Context">Patches of a frame that the encoder sees.</param>
/// <param name="Target">Patches of a frame that are predicted.</param>
public sealed record TubeMask(int Blocks, double Share, int Context, int Target)
{
    /// <param name="grid">Patches along a side.</param>
    /// <param name="u">0 … 1: the aspect, 0.75 to 1.5.</param>
    public BlockSize Block(int grid, double u) => BlockSize.Of(grid, Share, 0.75 + (u * 0.75), grid);
}
