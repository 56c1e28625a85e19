using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>Continuous truths from frozen features, in closed form.</summary>
internal static class RidgeRegression
{
    // Per row and standardised feature, from hardly any to so much that little but the mean is left.
    private static readonly double[] Penalties = [1e-6, 1e-3, 1e-2, 0.1, 1, 10, 100];

    /// <summary>Share of the variance of each truth that a ridge fitted on one part explains on another: 1 for all, 0 for none; below 0 it is worse than the mean. The penalty is the one that does best on the last quarter of the first part when fitted to the rest.</summary>
    /// <param name="features">(N, d), fitted on; standardised by themselves.</param>
    /// <param name="truth">(N, k).</param>
    /// <param name="others">(M, d).</param>
    /// <param name="otherTruth">(M, k).</param>
    /// <returns>k numbers.</returns>
    public static double[] Explained(Tensor features, Tensor truth, Tensor others, Tensor otherTruth)
    {
        var (x, rows) = (features.to(float64, CPU), features.shape[0]);
        var kept = rows - (rows / 4);
        var (fitted, tried) = ((X: x.narrow(0, 0, kept), Y: truth.narrow(0, 0, kept)), (X: x.narrow(0, kept, rows - kept), Y: truth.narrow(0, kept, rows - kept)));
        var penalty = Penalties.MaxBy(p => Shares(fitted.X, fitted.Y, tried.X, tried.Y, p).Average());
        return Shares(x, truth, others.to(float64, CPU), otherTruth, penalty);
    }

    private static double[] Shares(Tensor x, Tensor truth, Tensor others, Tensor otherTruth, double penalty)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation, centre) = (x.mean([0]), x.std(0, unbiased: false).clamp(min: 1e-12), truth.mean([0]));
        x = (x - mean) / deviation;
        var weights = linalg.solve(mm(x.t(), x) + (penalty * x.shape[0] * eye(x.shape[1], dtype: float64)), mm(x.t(), truth - centre));
        var residuals = otherTruth - centre - mm((others - mean) / deviation, weights);
        return (1 - (residuals.square().mean([0]) / otherTruth.var(0, unbiased: false))).data<double>().ToArray();
    }
}
