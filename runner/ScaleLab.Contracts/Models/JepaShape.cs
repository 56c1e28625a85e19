using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Contracts.Models;

/// <summary>A joint-embedding predictive architecture: from the code of a context a predictor tells that of hidden patches, which a moving average of the encoder gives.</summary>
public abstract record JepaShape : VisionShape
{
    /// <summary>Patches along a side that block masks need.</summary>
    protected const int SmallestGrid = 4;

    public required int PredictorWidth { get; init; }

    public required int PredictorDepth { get; init; }

    public required int PredictorHeads { get; init; }

    public required double Momentum { get; init; }

    [JsonIgnore]
    public override bool HasClassToken => false;

    [JsonIgnore]
    public TransformerBody Predictor => new(PredictorWidth, PredictorDepth, PredictorHeads);

    /// <summary>What stands for a hidden patch: one token for each kind of mask.</summary>
    [JsonIgnore]
    public abstract int MaskTokens { get; }

    // Its input layer, the mask tokens, the blocks, and the layer back to the encoder's width.
    [JsonIgnore]
    public override AuxiliaryCount Auxiliaries =>
        new(Predictor: ((Width + 1L) * PredictorWidth) + ((long)MaskTokens * PredictorWidth) + Predictor.Parameters + ((PredictorWidth + 1L) * Width));

    /// <summary>Forward FLOPs of predicting blocks, one after another, from one context.</summary>
    /// <param name="context">Patches of the context.</param>
    /// <param name="targets">Patches of a block.</param>
    /// <param name="blocks">How many blocks.</param>
    protected double PredictorFlops(int context, int targets, int blocks) =>
        (2.0 * Width * PredictorWidth * context) + (blocks * (Predictor.ForwardFlops(context + targets) + (2.0 * PredictorWidth * Width * targets)));

    /// <exception cref="InputException">The predictor or the masks cannot be.</exception>
    internal static int HeadsOf(JepaOptions options, ImageInfo images)
    {
        var heads = VisionRecipe.Heads("predictor", options.PredictorWidth, options.PredictorHeads);
        var grid = images.Size / options.Patch;
        return grid < SmallestGrid
            ? throw new InputException($"images of {grid} × {grid} patches are too small for masks of blocks; at least {SmallestGrid} × {SmallestGrid}")
            : heads;
    }
}
