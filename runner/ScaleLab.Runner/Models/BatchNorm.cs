using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>Batch normalisation by the statistics of the batch at hand, in training and in measuring alike: there are no running averages to carry.</summary>
internal static class BatchNorm
{
    private const double Epsilon = 1e-5;

    /// <summary>Each column of (N, D) less its mean, over its deviation; then gain and bias (D), where there are any.</summary>
    public static Tensor Standardized(Tensor x, Tensor? gain = null, Tensor? bias = null) =>
        F.batch_norm(x, null!, null!, gain!, bias!, training: true, eps: Epsilon);
}
