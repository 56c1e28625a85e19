using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>Continuous truths from frozen features, in closed form.</summary>
internal static class RidgeRegression
{
    // Per row and standardised feature, from hardly any to so much that little but the mean is left.
    private static readonly double[] Penalties = [1e-6, 1e-3, 1e-2, 0.1, 1, 10];

    /// <summary>Share of the variance of each truth that a ridge fitted on one part explains on another: 1 for all, 0 for none; below 0 it is worse than the mean. The penalty is the one that does best on the last quarter of the first part when fitted to the rest.</summary>
    /// <param name="features">(N, d), fitted on; standardised by themselves.</param>
    /// <param name="truth">(N, k).</param>
    /// <param name="others">(M, d).</param>
    /// <param name="otherTruth">(M, k).</param>
    /// <returns>k numbers.</returns>
    public static double[] Explained(Tensor features, Tensor truth, Tensor others, Tensor otherTruth)
    {
        using var scope = NewDisposeScope();
        var (x, y, rows) = (features.to(float64, CPU), others.to(float64, CPU), features.shape[0]);
        var kept = rows - (rows / 4);
        var chosen = new Fitted(x.narrow(0, 0, kept), truth.narrow(0, 0, kept)).Best(x.narrow(0, kept, rows - kept), truth.narrow(0, kept, rows - kept));
        return new Fitted(x, truth).Shares(y, otherTruth, chosen);
    }

    // Products that all penalties share.
    private sealed class Fitted
    {
        private readonly Tensor _mean;
        private readonly Tensor _deviation;
        private readonly Tensor _centre;
        private readonly Tensor _gram; // (d, d)
        private readonly Tensor _products; // (d, k)
        private readonly long _rows;

        public Fitted(Tensor x, Tensor truth)
        {
            (_mean, _deviation, _centre, _rows) = (x.mean([0]), x.std(0, unbiased: false).clamp(min: 1e-12), truth.mean([0]), x.shape[0]);
            var standardised = (x - _mean) / _deviation;
            (_gram, _products) = (mm(standardised.t(), standardised), mm(standardised.t(), truth - _centre));
        }

        public double Best(Tensor x, Tensor truth) => Penalties.MaxBy(p => Shares(x, truth, p).Average());

        public double[] Shares(Tensor x, Tensor truth, double penalty)
        {
            using var scope = NewDisposeScope();
            var weights = linalg.solve(_gram + (penalty * _rows * eye(_gram.shape[0], dtype: float64)), _products);
            var residuals = truth - _centre - mm((x - _mean) / _deviation, weights);
            return (1 - (residuals.square().mean([0]) / truth.var(0, unbiased: false))).data<double>().ToArray();
        }
    }
}
