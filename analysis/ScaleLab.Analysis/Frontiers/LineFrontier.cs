using System.Diagnostics.CodeAnalysis;
using ScaleLab.Analysis.Approaches;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>N* and D* as others published them: two power laws of compute, without a loss.</summary>
internal sealed record LineFrontier : Frontier
{
    private const double Customary = 6;

    private readonly PowerLine _n;
    private readonly PowerLine _d;

    /// <param name="n">N*, of FLOPs.</param>
    /// <param name="d">D*, of FLOPs.</param>
    [SetsRequiredMembers]
    public LineFrontier(PowerLine n, PowerLine d)
    {
        (_n, _d) = (n, d);
        (ExponentN, ExponentD, FlopsPerNd) = (n.Exponent, d.Exponent, Customary);
        G = n.At(Customary);
        Floor = double.NaN;
    }

    /// <summary>Of a law for N* alone: D* spends the rest of C = 6·N·D.</summary>
    public static LineFrontier OfN(PowerLine n) => new(n, new PowerLine(1 / (Customary * n.Factor), 1 - n.Exponent));

    /// <summary>Of a law for D* alone: N* spends the rest of C = 6·N·D.</summary>
    public static LineFrontier OfD(PowerLine d) => new(new PowerLine(1 / (Customary * d.Factor), 1 - d.Exponent), d);

    public override double N(double flops) => _n.At(flops);

    public override double D(double flops) => _d.At(flops);

    public override double Loss(double flops) => double.NaN;

    public override double FlopsForN(double n) => Math.Pow(n / _n.Factor, 1 / _n.Exponent);

    public override double FlopsForD(double d) => Math.Pow(d / _d.Factor, 1 / _d.Exponent);

    public override double FlopsForLoss(double loss) => double.NaN;
}
