namespace ScaleLab.Analysis.Laws;

/// <summary>The two terms need not add: γ = 1 is <see cref="ChinchillaLaw"/>, γ below it lets the larger term rule.</summary>
public sealed class GammaLaw : PowerFormLaw
{
    public override string Name => "gamma";

    public override string Formula => "L = E + (A/N^alpha + B/D^beta)^gamma";

    public override string Source => "Busbridge et al. 2025, arXiv:2502.08606, section 2: the law of supervised training";

    public override IReadOnlyList<string> ParameterNames { get; } = ["E", "A", "B", "alpha", "beta", "gamma"];

    internal override PowerForm Form { get; } = new(E: 0, A: 1, Alpha: 3, B: 2, Beta: 4, Gamma: 5);

    internal override (int N, int D) DistinctNeeded => (3, 3);
}
