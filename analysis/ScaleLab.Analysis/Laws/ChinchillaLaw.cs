using System.Numerics;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>A floor and two power laws; all five parameters are positive, E may be zero and is below every loss of the data.</summary>
public sealed class ChinchillaLaw : ScalingLaw
{
    public override string Name => "chinchilla";

    public override string Formula => "L = E + A/N^alpha + B/D^beta";

    public override string Source => "Hoffmann et al. 2022, arXiv:2203.15556, eq. 2";

    public override IReadOnlyList<string> ParameterNames { get; } = ["E", "A", "B", "alpha", "beta"];

    public override double Loss(ReadOnlySpan<double> p, double n, double d) => p[0] + TwoPowers.Value(p[1..], n, d);

    public override void Gradient(ReadOnlySpan<double> p, double n, double d, Span<double> gradient)
    {
        gradient[0] = 1;
        TwoPowers.Gradient(p[1..], n, d, gradient[1..]);
    }

    public override Frontier Frontier(ReadOnlySpan<double> p, double flopsPerNd) => Frontiers.Frontier.OfTwoPowers(p[0], p[1], p[2], p[3], p[4], flopsPerNd);

    // Two sizes show one difference of A/N^alpha: not enough for A and alpha beside E.
    internal override int DistinctNeeded => 3;

    internal override bool HasFloor => true;

    internal override Vector<double> LogLoss(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Span<Vector<double>> gradient)
    {
        var loss = new Vector<double>(w[0]) + TwoPowers.Value(w[1..], x, y, gradient[1..]);
        gradient[0] = Vector<double>.One;
        for (var i = 0; i < w.Length; i++)
        {
            gradient[i] /= loss;
        }

        return Vector.Log(loss);
    }

    internal override (double[] Low, double[] High) Domain(double minLoss) => ([0, .. TwoPowers.Low], [minLoss, .. TwoPowers.High]);

    internal override void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p)
    {
        p[0] = w[0] * Math.Exp(centre.Loss);
        TwoPowers.Restore(w[1..], centre, p[1..]);
    }
}
