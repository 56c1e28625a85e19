namespace ScaleLab.Analysis.Laws;

/// <summary>Two power laws without a floor: what a grid too narrow to see E supports.</summary>
public sealed class PowerLaw : PowerFormLaw
{
    public override string Name => "power";

    public override string Formula => "L = A/N^alpha + B/D^beta";

    public override string Source => "Hoffmann et al. 2022, arXiv:2203.15556, eq. 2 with E = 0";

    public override IReadOnlyList<string> ParameterNames { get; } = ["A", "B", "alpha", "beta"];

    internal override PowerForm Form { get; } = new(E: PowerForm.Absent, A: 0, Alpha: 2, B: 1, Beta: 3, Gamma: PowerForm.Absent);

    internal override (int N, int D) DistinctNeeded => (2, 2);
}
