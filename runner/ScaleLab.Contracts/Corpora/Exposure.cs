using ScaleLab.Contracts.Models;

namespace ScaleLab.Contracts.Corpora;

/// <summary>How much of its corpus a run sees, and how often.</summary>
/// <param name="UniqueD">Units of D seen at least once.</param>
/// <param name="Epochs">Passes over the corpus, fractions counted.</param>
public readonly record struct Exposure(long UniqueD, double Epochs)
{
    /// <param name="d">Units of D trained on.</param>
    /// <param name="shape">Cuts the corpus into samples.</param>
    /// <param name="trainTokens">Tokens of the training part.</param>
    public static Exposure Of(long d, ModelShape shape, long trainTokens)
    {
        var epoch = UnitsPerEpoch(shape, trainTokens);
        return new(Math.Min(d, epoch), (double)d / epoch);
    }

    /// <summary>Units of D in one pass: whole windows side by side, of which the last needs one token more, its target.</summary>
    public static long UnitsPerEpoch(ModelShape shape, long trainTokens) => (trainTokens - 1) / shape.UnitsPerSample * shape.UnitsPerSample;
}
