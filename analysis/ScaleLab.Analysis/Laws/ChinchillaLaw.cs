using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>A floor and two power laws; all five parameters are positive, E may be zero.</summary>
public sealed class ChinchillaLaw : ScalingLaw
{
    public override string Name => "chinchilla";

    public override string Formula => "L = E + A/N^alpha + B/D^beta";

    public override string Source => "Hoffmann et al. 2022, arXiv:2203.15556, eq. 2";

    public override IReadOnlyList<string> ParameterNames { get; } = ["E", "A", "B", "alpha", "beta"];

    public override double Loss(ReadOnlySpan<double> p, double n, double d) => p[0] + (p[1] * Math.Pow(n, -p[3])) + (p[2] * Math.Pow(d, -p[4]));

    public override void Gradient(ReadOnlySpan<double> p, double n, double d, Span<double> gradient)
    {
        gradient[0] = 1;
        PowerLaw.Terms(p[1..], n, d, gradient[1..]);
    }

    public override Frontier Frontier(ReadOnlySpan<double> p, double flopsPerNd) => Frontiers.Frontier.OfTwoPowers(p[0], p[1], p[2], p[3], p[4], flopsPerNd);
}
