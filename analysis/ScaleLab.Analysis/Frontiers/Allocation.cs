using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>What to train: the point of the frontier that one number (FLOPs, N, D or loss) names.</summary>
/// <param name="Given">Which number named it: <c>flops</c>, <c>params</c>, <c>tokens</c> or <c>loss</c>.</param>
/// <param name="Flops">C.</param>
/// <param name="N">Parameters.</param>
/// <param name="D">Tokens.</param>
/// <param name="Loss">Predicted.</param>
public sealed record Allocation(string Given, double Flops, double N, double D, double Loss)
{
    public double TokensPerParam => D / N;

    /// <summary>By <c>flops</c>, <c>params</c>, <c>tokens</c>, <c>loss</c>, <c>tokens_per_param</c>, and <c>new_run_loss</c>, which holds one more run's loss and not only the law's; empty where the fit has no intervals. What was given has none.</summary>
    public IReadOnlyDictionary<string, Interval> Intervals { get; init; } = new Dictionary<string, Interval>();

    /// <summary>How far beyond the data this lies, in words; null inside them.</summary>
    public string? Extrapolation { get; init; }
}
