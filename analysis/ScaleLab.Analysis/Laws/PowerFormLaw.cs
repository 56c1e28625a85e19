using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>A law of the form E + (A/N^α + B/D^β)^γ, or less of it: its places say which.</summary>
public abstract class PowerFormLaw : ScalingLaw
{
    public override double Loss(ReadOnlySpan<double> p, RunScale run)
    {
        var (x, y, _) = Read(run);
        return Floor(p) + Math.Pow(Sum(p, x, y), Gamma(p));
    }

    public override void Gradient(ReadOnlySpan<double> p, RunScale run, Span<double> gradient)
    {
        var (x, y, _) = Read(run);
        var (sum, gamma) = (Sum(p, x, y), Gamma(p));
        var power = Math.Pow(sum, gamma);
        var outer = gamma * power / sum;
        gradient.Clear();
        gradient[Form.A] = outer * Math.Exp(-p[Form.Alpha] * x);
        gradient[Form.Alpha] = -x * p[Form.A] * gradient[Form.A];
        if (Form.HasSecondTerm)
        {
            gradient[Form.B] = outer * Math.Exp(-p[Form.Beta] * y);
            gradient[Form.Beta] -= y * p[Form.B] * gradient[Form.B];
        }

        if (Form.HasGamma)
        {
            gradient[Form.Gamma] = power * Math.Log(sum);
        }

        if (Form.HasFloor)
        {
            gradient[Form.E] = 1;
        }
    }

    public override Frontier? Frontier(ReadOnlySpan<double> p, Cost cost) => !Form.HasSecondTerm
        ? null
        : Frontiers.Frontier.OfTwoPowers(Floor(p), Math.Log(p[Form.A]), Math.Log(p[Form.B]), p[Form.Alpha], p[Form.Beta], Gamma(p), cost);

    internal override int? Multiplier(int k) => Form.HasGamma && k != Form.Gamma && k != Form.E ? Form.Gamma : null;

    internal override void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p)
    {
        var gamma = Gamma(w);
        w.CopyTo(p);
        p[Form.Alpha] = w[Form.Alpha] / gamma;
        p[Form.A] = Math.Exp((w[Form.A] + centre.Loss + (w[Form.Alpha] * centre.N)) / gamma);
        if (Form.HasSecondTerm)
        {
            p[Form.Beta] = w[Form.Beta] / gamma;
            p[Form.B] = Math.Exp((w[Form.B] + centre.Loss + (w[Form.Beta] * centre.D)) / gamma);
        }

        if (Form.HasFloor)
        {
            p[Form.E] = w[Form.E] * Math.Exp(centre.Loss);
        }
    }

    internal override void Place(ReadOnlySpan<double> p, Centre centre, Span<double> w)
    {
        var gamma = Gamma(p);
        p.CopyTo(w);
        w[Form.Alpha] = gamma * p[Form.Alpha];
        w[Form.A] = (gamma * Math.Log(p[Form.A])) - centre.Loss - (w[Form.Alpha] * centre.N);
        if (Form.HasSecondTerm)
        {
            w[Form.Beta] = gamma * p[Form.Beta];
            w[Form.B] = (gamma * Math.Log(p[Form.B])) - centre.Loss - (w[Form.Beta] * centre.D);
        }

        if (Form.HasFloor)
        {
            w[Form.E] = p[Form.E] / Math.Exp(centre.Loss);
        }
    }

    private double Floor(ReadOnlySpan<double> p) => Form.HasFloor ? p[Form.E] : 0;

    private double Gamma(ReadOnlySpan<double> p) => Form.HasGamma ? p[Form.Gamma] : 1;

    private double Sum(ReadOnlySpan<double> p, double x, double y) =>
        (p[Form.A] * Math.Exp(-p[Form.Alpha] * x)) + (Form.HasSecondTerm ? p[Form.B] * Math.Exp(-p[Form.Beta] * y) : 0);
}
