using ScaleLab.Contracts.Models;

namespace ScaleLab.Contracts.Corpora;

/// <summary>How much of its corpus a run sees, and how often.</summary>
/// <param name="UniqueD">Units of D seen at least once.</param>
/// <param name="Epochs">Passes over the corpus, fractions counted; 0 over one that never repeats.</param>
public readonly record struct Exposure(long UniqueD, double Epochs)
{
    /// <param name="d">Units of D trained on.</param>
    /// <param name="shape">Cuts the corpus into samples.</param>
    /// <param name="corpus">What it is trained on.</param>
    public static Exposure Of(long d, ModelShape shape, CorpusInfo corpus) =>
        corpus.UnitsPerEpoch(shape) is { } epoch ? new(Math.Min(d, epoch), (double)d / epoch) : new(d, 0);
}
