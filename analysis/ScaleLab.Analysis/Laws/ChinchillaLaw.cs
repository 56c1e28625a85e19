namespace ScaleLab.Analysis.Laws;

/// <summary>A floor and two power laws.</summary>
public sealed class ChinchillaLaw : PowerFormLaw
{
    public override string Name => "chinchilla";

    public override string Formula => "L = E + A/N^alpha + B/D^beta";

    public override string Source => "Hoffmann et al. 2022, arXiv:2203.15556, eq. 2";

    public override IReadOnlyList<string> ParameterNames { get; } = ["E", "A", "B", "alpha", "beta"];

    internal override PowerForm Form { get; } = new(E: 0, A: 1, Alpha: 3, B: 2, Beta: 4, Gamma: PowerForm.Absent);

    // Two sizes show one difference of A/N^alpha: not enough for A and alpha beside E.
    internal override (int N, int D) DistinctNeeded => (3, 3);
}
