using System.Numerics;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>Two power laws without a floor: what a grid too narrow to see E supports.</summary>
public sealed class PowerLaw : ScalingLaw
{
    public override string Name => "power";

    public override string Formula => "L = A/N^alpha + B/D^beta";

    public override string Source => "Hoffmann et al. 2022, arXiv:2203.15556, eq. 2 with E = 0";

    public override IReadOnlyList<string> ParameterNames { get; } = ["A", "B", "alpha", "beta"];

    public override double Loss(ReadOnlySpan<double> p, double n, double d) => TwoPowers.Value(p, n, d);

    public override void Gradient(ReadOnlySpan<double> p, double n, double d, Span<double> gradient) => TwoPowers.Gradient(p, n, d, gradient);

    public override Frontier Frontier(ReadOnlySpan<double> p, double flopsPerNd) => Frontiers.Frontier.OfTwoPowers(0, p[0], p[1], p[2], p[3], flopsPerNd);

    internal override int DistinctNeeded => 2;

    internal override bool HasFloor => false;

    internal override Vector<double> LogLoss(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Span<Vector<double>> gradient)
    {
        var loss = TwoPowers.Value(w, x, y, gradient);
        for (var i = 0; i < w.Length; i++)
        {
            gradient[i] /= loss;
        }

        return Vector.Log(loss);
    }

    internal override (double[] Low, double[] High) Domain(double minLoss) => (TwoPowers.Low, TwoPowers.High);

    internal override void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p) => TwoPowers.Restore(w, centre, p);
}
