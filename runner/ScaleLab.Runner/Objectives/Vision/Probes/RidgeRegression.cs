using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>Continuous truths from frozen features, in closed form.</summary>
internal static class RidgeRegression
{
    /// <summary>Share of the variance of each truth that a ridge fitted on one part explains on another: 1 for all, 0 for none; below 0 it is worse than the mean.</summary>
    /// <param name="features">(N, d), fitted on; standardised by themselves.</param>
    /// <param name="truth">(N, k).</param>
    /// <param name="others">(M, d).</param>
    /// <param name="otherTruth">(M, k).</param>
    /// <param name="penalty">Per row: of N · penalty in all.</param>
    /// <returns>k numbers.</returns>
    public static double[] Explained(Tensor features, Tensor truth, Tensor others, Tensor otherTruth, double penalty = 1e-3)
    {
        var (x, y) = (features.to(float64, CPU), others.to(float64, CPU));
        var (mean, deviation, centre) = (x.mean([0]), x.std(0, unbiased: false).clamp(min: 1e-12), truth.mean([0]));
        x = (x - mean) / deviation;
        var weights = linalg.solve(mm(x.t(), x) + (penalty * x.shape[0] * eye(x.shape[1], dtype: float64)), mm(x.t(), truth - centre));
        var residuals = otherTruth - centre - mm((y - mean) / deviation, weights);
        var share = 1 - (residuals.square().mean([0]) / otherTruth.var(0, unbiased: false));
        return share.data<double>().ToArray();
    }
}
