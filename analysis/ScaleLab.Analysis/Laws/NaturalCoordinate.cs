using System.Numerics;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>
/// A law in which one parameter, or the logarithm of a scale, is a coordinate of its own. A fit moves its product with another coordinate, since that
/// valley is straight; a profile must hold the parameter itself, whatever the other one does.
/// </summary>
/// <param name="law">In its own coordinates.</param>
/// <param name="at">The parameter's place.</param>
/// <param name="by">Its <see cref="ScalingLaw.Multiplier"/>.</param>
/// <param name="offset">The law's coordinate is the product less this.</param>
/// <param name="reach">How far the parameter may lie from 0.</param>
internal sealed class NaturalCoordinate(ScalingLaw law, int at, int by, double offset, (double Low, double High) reach) : ScalingLaw
{
    public override string Name => law.Name;

    public override string Formula => law.Formula;

    public override string Source => law.Source;

    public override IReadOnlyList<string> ParameterNames => law.ParameterNames;

    internal override PowerForm Form => law.Form;

    internal override (int N, int D) DistinctNeeded => law.DistinctNeeded;

    public override double Loss(ReadOnlySpan<double> p, RunScale run) => law.Loss(p, run);

    public override void Gradient(ReadOnlySpan<double> p, RunScale run, Span<double> gradient) => law.Gradient(p, run, gradient);

    public override Frontier? Frontier(ReadOnlySpan<double> p, Cost cost) => law.Frontier(p, cost);

    internal override Vector<double> Value(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Vector<double> epochs, Span<Vector<double>> gradient)
    {
        Span<double> own = stackalloc double[w.Length];
        ToOwn(w, own);
        var loss = law.Value(own, x, y, epochs, gradient);
        gradient[by] += w[at] * gradient[at];
        gradient[at] *= w[by];
        return loss;
    }

    internal override bool Bend(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, ReadOnlySpan<Vector<double>> gradient, Vector<double> weight, Span<Vector<double>> hessian) => false;

    internal override (double[] Low, double[] High) Domain(double minLoss, Centre centre)
    {
        var (low, high) = law.Domain(minLoss, centre);
        (low[at], high[at]) = reach;
        return (low, high);
    }

    internal override void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p)
    {
        Span<double> own = stackalloc double[w.Length];
        ToOwn(w, own);
        law.Restore(own, centre, p);
    }

    internal override void Place(ReadOnlySpan<double> p, Centre centre, Span<double> w)
    {
        law.Place(p, centre, w);
        w[at] = (w[at] + offset) / w[by];
    }

    private void ToOwn(ReadOnlySpan<double> w, Span<double> own)
    {
        w.CopyTo(own);
        own[at] = (w[by] * w[at]) - offset;
    }
}
