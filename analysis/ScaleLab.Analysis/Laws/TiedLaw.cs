namespace ScaleLab.Analysis.Laws;

/// <summary>A floor and two power laws of one exponent: N and D then grow in step, a = b = ½.</summary>
public sealed class TiedLaw : PowerFormLaw
{
    public override string Name => "tied";

    public override string Formula => "L = E + A/N^alpha + B/D^alpha";

    public override string Source => "Muennighoff et al. 2023, arXiv:2305.16264, who fit C4 with alpha = beta";

    public override IReadOnlyList<string> ParameterNames { get; } = ["E", "A", "B", "alpha"];

    internal override PowerForm Form { get; } = new(E: 0, A: 1, Alpha: 3, B: 2, Beta: 3, Gamma: PowerForm.Absent);

    internal override (int N, int D) DistinctNeeded => (2, 2);
}
