using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>BEiT (Bao et al. 2021): tells the visual tokens of masked patches. Its tokenizer here is a codebook of patches by k-means instead of a dVAE, and its positions are fixed.</summary>
public sealed record BeitShape : VisionShape
{
    public const string FamilyName = "beit";

    /// <summary>Rounds of k-means: the same for every run.</summary>
    public const int CodebookRounds = 10;

    public required double MaskRatio { get; init; }

    public required int Codes { get; init; }

    public required int CodebookImages { get; init; }

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override bool HasClassToken => true;

    /// <summary>Patches that are masked.</summary>
    [JsonIgnore]
    public int Masked => (int)(Patches * MaskRatio);

    /// <summary>Patches of the smallest block that is masked: 16 of 196 in the released code.</summary>
    [JsonIgnore]
    public int SmallestBlock => Math.Max(1, Patches * 16 / 196);

    // The mask token and the layer to the tokens.
    [JsonIgnore]
    public override AuxiliaryCount Auxiliaries => new(Decoder: Width + ((Width + 1L) * Codes));

    /// <summary>All patches are read: masked ones cost as much as the others.</summary>
    [JsonIgnore]
    public override double EncoderTokens => Patches;

    // The tokenizer reads the masked patches alone, and is not trained any more.
    [JsonIgnore]
    public override double TrainingFlopsPerUnit =>
        (3 * (EncoderFlops(Patches) + (2.0 * Width * Codes * Masked))) + (2.0 * PatchVolume * Codes * Masked);

    // Each round: distances of all patches to all codewords, and as many products again for the means.
    [JsonIgnore]
    public override double SetupFlops => CodebookRounds * 4.0 * CodebookImages * Patches * PatchVolume * Codes;

    public override long ActivationBytes(int samples) =>
        samples * (Encoder.ActivationBytes(Patches + 1) + (sizeof(float) * 3L * Masked * Codes));

    internal static BeitShape? At(int width, BeitOptions options, ImageInfo images)
    {
        if (VisionRecipe.Heads(width, options) is not { } heads)
        {
            return null;
        }

        var shape = new BeitShape
        {
            Image = images.Size,
            Channels = images.Channels,
            Patch = options.Patch,
            Width = width,
            Depth = VisionRecipe.Depth(width, options),
            Heads = heads,
            MaskRatio = options.MaskRatio,
            Codes = options.Codes,
            CodebookImages = (int)Math.Min(options.CodebookImages, images.Train ?? long.MaxValue),
        };
        return shape.Masked is 0
            ? throw new InputException($"a mask ratio of {options.MaskRatio} masks none of {shape.Patches} patches")
            : (long)shape.CodebookImages * shape.Patches < options.Codes
            ? throw new InputException($"{shape.CodebookImages} images of {shape.Patches} patches are too few for {options.Codes} codes")
            : shape;
    }
}
