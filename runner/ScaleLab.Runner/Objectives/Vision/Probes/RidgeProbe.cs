using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>A linear classifier on frozen features in closed form: ridge regression onto one-hot labels, without an optimiser whose settings would decide the answer.</summary>
internal static class RidgeProbe
{
    /// <summary>Fits on one part, answers for another; features are standardised by the part they are fitted on.</summary>
    /// <param name="features">(N, d), of any type and device.</param>
    /// <param name="labels">Int64 (N), 0 … <paramref name="classes"/> − 1.</param>
    /// <param name="classes">At least 2.</param>
    /// <param name="others">Features (M, d) to classify.</param>
    /// <param name="penalty">Per training image: of N · penalty in all.</param>
    /// <returns>Int64 (M), on the CPU.</returns>
    public static Tensor Predict(Tensor features, Tensor labels, int classes, Tensor others, double penalty = 1e-3)
    {
        var (x, y) = (features.to(float64, CPU), others.to(float64, CPU));
        var (mean, deviation) = (x.mean([0]), x.std(0, unbiased: false).clamp(min: 1e-12));
        return Scores(Fit((x - mean) / deviation, labels.cpu(), classes, penalty * x.shape[0]), (y - mean) / deviation).argmax(1);
    }

    /// <returns>(d + 1, classes): argmin ‖X W − Y‖² + λ‖W‖², the last row, of the constant 1, not penalised.</returns>
    public static Tensor Fit(Tensor features, Tensor labels, int classes, double penalty)
    {
        var x = WithOne(features);
        var y = nn.functional.one_hot(labels, classes).to(x.dtype);
        var ridge = full([x.shape[1]], penalty, x.dtype);
        ridge[-1] = 0;
        return linalg.solve(mm(x.t(), x) + ridge.diag(), mm(x.t(), y));
    }

    /// <returns>(M, classes), near 1 for the class and 0 for the others.</returns>
    public static Tensor Scores(Tensor weights, Tensor features) => mm(WithOne(features), weights);

    private static Tensor WithOne(Tensor features) => cat([features, ones([features.shape[0], 1], features.dtype)], 1);
}
