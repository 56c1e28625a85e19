using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>Patch tokens that are far longer than the others: large models store what concerns the whole image there (Darcet et al. 2023, arXiv:2309.16588).</summary>
internal static class OutlierTokens
{
    private const double Times = 3;

    /// <param name="tokens">(B, L, C), before the last norm.</param>
    /// <returns>Share of tokens longer than three times the median; and, without a threshold, the length that one token in a hundred exceeds over the median.</returns>
    public static (double Share, double Ratio) Of(Tensor tokens)
    {
        var norms = tokens.to(float64, CPU).norm(-1).reshape(-1).sort().Values.data<double>().ToArray();
        var median = (norms[(norms.Length - 1) / 2] + norms[norms.Length / 2]) / 2;
        return median > 0 ? (norms.Count(n => n > Times * median) / (double)norms.Length, norms[(int)(0.99 * (norms.Length - 1))] / median) : (double.NaN, double.NaN);
    }
}
