using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Emergence;

/// <summary>
/// In-context learning as Olsson et al. 2022 (arXiv:2209.11895) score it: the loss late in the context less the loss early in it, below 0 where what was read helps.
/// They take tokens 500 and 50 of 512; here the last tenth of the context and the second one, since a mean over several places is less noisy.
/// </summary>
internal static class InContext
{
    /// <param name="losses">Cross entropies (N, T) of N whole windows, nats.</param>
    public static (double Score, double StandardError, double Late) Score(Tensor losses)
    {
        var (windows, length) = (losses.shape[0], losses.shape[1]);
        var (tenth, all) = (Math.Max(1, length / 10), losses.to(float64, CPU));
        var early = all.narrow(1, Math.Min(tenth, length - 1), Math.Min(tenth, length - 1)).mean([1]);
        var late = all.narrow(1, length - tenth, tenth).mean([1]);
        var gain = late - early;
        return (gain.mean().item<double>(), windows > 1 ? gain.std(unbiased: true).item<double>() / Math.Sqrt(windows) : double.NaN, late.mean().item<double>());
    }
}
