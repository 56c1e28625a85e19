using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>Redundancy reduction (Zbontar et al. 2021): the cross-correlation of two views' embeddings becomes the identity.</summary>
internal static class BarlowTwinsLoss
{
    /// <param name="x">Embeddings of the first view, (N, D).</param>
    /// <param name="y">Of the second.</param>
    /// <param name="redundancy">λ of eq. 1.</param>
    public static Tensor Mean(Tensor x, Tensor y, double redundancy = 0.0051) => OfCorrelation(Correlation(x, y), redundancy);

    /// <summary>C of eq. 2, (D, D): both sides standardised over the batch as a BatchNorm does, with the biased variance.</summary>
    public static Tensor Correlation(Tensor x, Tensor y) => Products.Plain(BatchNorm.Standardized(x).t(), BatchNorm.Standardized(y)) / x.shape[0];

    /// <summary>Eq. 1; a sum over pairs of dimensions, so its scale grows with D.</summary>
    public static Tensor OfCorrelation(Tensor correlation, double redundancy)
    {
        var diagonal = correlation.diag();
        return (diagonal - 1).square().sum() + (redundancy * (correlation - diagonal.diag()).square().sum());
    }
}
