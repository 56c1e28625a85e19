using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>Kaplan et al.'s form: no floor, and N_c, D_c are the sizes at which one resource alone would leave a loss of one nat.</summary>
public sealed class KaplanLaw : ScalingLaw
{
    public override string Name => "kaplan";

    public override string Formula => "L = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D";

    public override string Source => "Kaplan et al. 2020, arXiv:2001.08361, eq. 1.5";

    public override IReadOnlyList<string> ParameterNames { get; } = ["N_c", "D_c", "alpha_N", "alpha_D"];

    // (N_c/N)^alpha_N and (D_c/D)^alpha_D, summed with γ = alpha_D.
    internal override PowerForm Form { get; } = new(E: PowerForm.Absent, A: 0, Alpha: 2, B: 1, Beta: 3, Gamma: 3);

    internal override (int N, int D) DistinctNeeded => (2, 2);

    public override double Loss(ReadOnlySpan<double> p, RunScale run) => Math.Pow(Math.Pow(p[0] / run.N, p[2] / p[3]) + (p[1] / run.D), p[3]);

    public override void Gradient(ReadOnlySpan<double> p, RunScale run, Span<double> gradient)
    {
        var (u, v, logN) = (Math.Pow(p[0] / run.N, p[2] / p[3]), p[1] / run.D, Math.Log(p[0] / run.N));
        var loss = Math.Pow(u + v, p[3]);
        var (shareU, shareV) = (u / (u + v), v / (u + v));
        gradient[0] = loss * shareU * p[2] / p[0];
        gradient[1] = loss * shareV * p[3] / p[1];
        gradient[2] = loss * shareU * logN;
        gradient[3] = loss * (Math.Log(u + v) - (shareU * logN * p[2] / p[3]));
    }

    public override Frontier? Frontier(ReadOnlySpan<double> p, Cost cost) =>
        Frontiers.Frontier.OfTwoPowers(0, Math.Log(p[0]) * p[2] / p[3], Math.Log(p[1]), p[2] / p[3], 1, p[3], cost);

    internal override int? Multiplier(int k) => k == Form.A ? Form.Alpha : k == Form.B ? Form.Beta : null;

    internal override void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p)
    {
        p[0] = Math.Exp(((w[0] + centre.Loss) / w[2]) + centre.N);
        p[1] = Math.Exp(((w[1] + centre.Loss) / w[3]) + centre.D);
        (p[2], p[3]) = (w[2], w[3]);
    }

    internal override void Place(ReadOnlySpan<double> p, Centre centre, Span<double> w)
    {
        w[0] = (p[2] * (Math.Log(p[0]) - centre.N)) - centre.Loss;
        w[1] = (p[3] * (Math.Log(p[1]) - centre.D)) - centre.Loss;
        (w[2], w[3]) = (p[2], p[3]);
    }
}
