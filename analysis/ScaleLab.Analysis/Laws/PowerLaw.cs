using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>Two power laws without a floor: what a grid too narrow to see E supports.</summary>
public sealed class PowerLaw : ScalingLaw
{
    public override string Name => "power";

    public override string Formula => "L = A/N^alpha + B/D^beta";

    public override string Source => "Hoffmann et al. 2022, arXiv:2203.15556, eq. 2 with E = 0";

    public override IReadOnlyList<string> ParameterNames { get; } = ["A", "B", "alpha", "beta"];

    public override double Loss(ReadOnlySpan<double> p, double n, double d) => (p[0] * Math.Pow(n, -p[2])) + (p[1] * Math.Pow(d, -p[3]));

    public override void Gradient(ReadOnlySpan<double> p, double n, double d, Span<double> gradient) => Terms(p, n, d, gradient);

    public override Frontier Frontier(ReadOnlySpan<double> p, double flopsPerNd) => Frontiers.Frontier.OfTwoPowers(0, p[0], p[1], p[2], p[3], flopsPerNd);

    // Of A, B, alpha, beta.
    internal static void Terms(ReadOnlySpan<double> p, double n, double d, Span<double> gradient)
    {
        gradient[0] = Math.Pow(n, -p[2]);
        gradient[1] = Math.Pow(d, -p[3]);
        gradient[2] = -p[0] * gradient[0] * Math.Log(n);
        gradient[3] = -p[1] * gradient[1] * Math.Log(d);
    }
}
