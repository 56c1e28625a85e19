using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>Variance, invariance, covariance (Bardes et al. 2022) of the embeddings of two views, (N, D) each.</summary>
internal static class VicregLoss
{
    private const double Epsilon = 1e-4;

    /// <summary>The loss of the released code: a mean over N·D, and half the sum of the two variance terms.</summary>
    public static Tensor Mean(Tensor x, Tensor y, double similarity = 25, double variance = 25, double covariance = 1) =>
        (similarity * (x - y).square().mean()) + (variance / 2 * (Variance(x) + Variance(y))) + (covariance * (Covariance(x) + Covariance(y)));

    /// <summary>The loss as printed (eq. 5 and 6): squared distances summed over D, and the variance terms not halved.</summary>
    public static Tensor Paper(Tensor x, Tensor y, double similarity = 25, double variance = 25, double covariance = 1) =>
        Mean(x, y, similarity * x.shape[1], 2 * variance, covariance);

    /// <summary>How far the deviation of each dimension falls short of 1 (eq. 1).</summary>
    public static Tensor Variance(Tensor z) => (1 - (z.var(0, unbiased: true) + Epsilon).sqrt()).relu().mean();

    /// <summary>Squares of the covariances between dimensions, over D (eq. 3 and 4).</summary>
    public static Tensor Covariance(Tensor z)
    {
        var centred = z - z.mean([0]);
        var covariance = Products.Plain(centred.t(), centred) / (z.shape[0] - 1);
        // The diagonal is taken out before squaring: the difference of two sums of squares loses every digit near a collapse.
        return (covariance - covariance.diag().diag()).square().sum() / z.shape[1];
    }
}
