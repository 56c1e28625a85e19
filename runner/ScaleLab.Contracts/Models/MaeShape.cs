using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>A masked autoencoder (He et al. 2022): the encoder sees the visible patches alone, a light decoder all positions.</summary>
public sealed record MaeShape : VisionShape
{
    public const string FamilyName = "mae";

    public required double MaskRatio { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NormPix { get; init; }

    public bool Augment { get; set; } = true;

    public required int DecoderWidth { get; init; }

    public required int DecoderDepth { get; init; }

    public required int DecoderHeads { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => true;

    /// <summary>Visible patches, rounded down as the released code does: of 196 at a ratio of 0.9 it keeps 19.</summary>
    [JsonIgnore]
    public int Keep => (int)(Patches * (1 - MaskRatio));

    [JsonIgnore]
    public TransformerBody Decoder => new(DecoderWidth, DecoderDepth, DecoderHeads);

    // Its input layer, the mask token, the blocks, and the layer back to pixels.
    [JsonIgnore]
    public override AuxiliaryCount Auxiliaries =>
        new(Decoder: ((Width + 1L) * DecoderWidth) + DecoderWidth + Decoder.Parameters + ((DecoderWidth + 1L) * PatchVolume));

    [JsonIgnore]
    public override double EncoderTokens => Keep;

    // Pixels are predicted where they are masked alone: elsewhere they have no loss.
    [JsonIgnore]
    public override double TrainingFlopsPerUnit => 3 * (
        EncoderFlops(Keep)
        + (2.0 * Width * DecoderWidth * (Keep + 1))
        + Decoder.ForwardFlops(Patches + 1)
        + (2.0 * DecoderWidth * PatchVolume * (Patches - Keep)));

    public override long ActivationBytes(int samples) =>
        samples * (Encoder.ActivationBytes(Keep + 1) + Decoder.ActivationBytes(Patches + 1) + (sizeof(float) * 6L * Patches * PatchVolume));

    internal static MaeShape? At(int width, MaeOptions options, ImageInfo images)
    {
        var decoderHeads = VisionRecipe.Heads("decoder", options.DecoderWidth, options.DecoderHeads);
        if (VisionRecipe.Heads(width, options) is not { } heads)
        {
            return null;
        }

        var shape = new MaeShape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            MaskRatio = options.MaskRatio,
            NormPix = options.NormPix,
            Augment = options.Augment,
            DecoderWidth = options.DecoderWidth,
            DecoderDepth = options.DecoderDepth,
            DecoderHeads = decoderHeads,
        };
        return shape.Keep is var keep && keep > 0 && keep < shape.Patches
            ? shape
            : throw new InputException($"a mask ratio of {options.MaskRatio} leaves {keep} of {shape.Patches} patches visible; at least one must be, and one not");
    }
}
