using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Laws;

/// <summary>
/// The additive law and the gamma form at once, averaged in log loss: where neither extrapolates better for sure, their average is never worse than the
/// worse of them. It is put together from two fits, not fitted.
/// </summary>
public sealed class AverageLaw : ScalingLaw
{
    internal static readonly ChinchillaLaw Additive = new();
    internal static readonly GammaLaw Gamma = new();

    public override string Name => "average";

    public override string Formula => "ln L = (1 - w) ln L_chinchilla + w ln L_gamma";

    public override string Source => "Bates and Granger 1969, Operational Research Quarterly 20: weights by the squared errors of earlier forecasts";

    public override IReadOnlyList<string> ParameterNames { get; } =
        ["w", .. Additive.ParameterNames, .. Gamma.ParameterNames.Select(name => name == "gamma" ? name : $"{name}_gamma")];

    internal override PowerForm Form => throw NotFitted();

    internal override (int N, int D) DistinctNeeded => Gamma.DistinctNeeded;

    // Both bend to the same rows.
    internal override int FreeParameters => Gamma.FreeParameters;

    public override double Loss(ReadOnlySpan<double> p, RunScale run) =>
        Math.Exp(((1 - p[0]) * Math.Log(Additive.Loss(OfAdditive(p), run))) + (p[0] * Math.Log(Gamma.Loss(OfGamma(p), run))));

    public override void Gradient(ReadOnlySpan<double> p, RunScale run, Span<double> gradient)
    {
        var (additive, gamma, loss) = (Additive.Loss(OfAdditive(p), run), Gamma.Loss(OfGamma(p), run), Loss(p, run));
        var parts = gradient[1..6];
        var rest = gradient[6..];
        Additive.Gradient(OfAdditive(p), run, parts);
        Gamma.Gradient(OfGamma(p), run, rest);
        gradient[0] = loss * Math.Log(gamma / additive);
        foreach (ref var part in parts)
        {
            part *= loss * (1 - p[0]) / additive;
        }

        foreach (ref var part in rest)
        {
            part *= loss * p[0] / gamma;
        }
    }

    /// <summary>The weighted geometric mean of both laws' N* and D*, and the averaged loss there.</summary>
    public override Frontier? Frontier(ReadOnlySpan<double> p, Cost cost)
    {
        double[] all = [.. p];
        return AverageFrontier.Of(Additive.Frontier(OfAdditive(p), cost)!, Gamma.Frontier(OfGamma(p), cost)!, p[0], run => Loss(all, run));
    }

    /// <param name="weight">Of the gamma form, in [0, 1].</param>
    /// <param name="additive">A surface of <see cref="ChinchillaLaw"/>.</param>
    /// <param name="gamma">A surface of <see cref="GammaLaw"/>.</param>
    internal LossSurface Of(double weight, LossSurface additive, LossSurface gamma) => new(this, [weight, .. additive.Parameters, .. gamma.Parameters]);

    internal override bool MayBeZero(string parameter) => parameter is "w" or "E" or "E_gamma";

    internal override void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p) => throw NotFitted();

    internal override void Place(ReadOnlySpan<double> p, Centre centre, Span<double> w) => throw NotFitted();

    private static ReadOnlySpan<double> OfAdditive(ReadOnlySpan<double> p) => p[1..6];

    private static ReadOnlySpan<double> OfGamma(ReadOnlySpan<double> p) => p[6..];

    private static InputException NotFitted() => new("average is put together from fits, not fitted; ask for auto");
}
