using System.Globalization;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Laws;

/// <summary>A power law of N, D or C alone: with a fitted asymptote, without one, or with one that is known.</summary>
public sealed class OneVariableLaw : PowerFormLaw
{
    private readonly char _over;
    private readonly double? _asymptote;

    /// <param name="over"><c>n</c>, <c>d</c> or <c>c</c>.</param>
    /// <param name="asymptote">Null to fit E, 0 for none, or E itself, &gt; 0.</param>
    public OneVariableLaw(char over, double? asymptote)
    {
        (_over, _asymptote) = (over, asymptote);
        var floor = asymptote != 0;
        ParameterNames = floor ? ["E", "A", "alpha"] : ["A", "alpha"];
        Form = new(floor ? 0 : PowerForm.Absent, A: floor ? 1 : 0, Alpha: floor ? 2 : 1, B: PowerForm.Absent, Beta: PowerForm.Absent, Gamma: PowerForm.Absent);
        Name = "one_variable" + asymptote switch
        {
            null when over == 'c' => "",
            null => $":{over}",
            0 => $":{over}:none",
            { } e => string.Create(CultureInfo.InvariantCulture, $":{over}:{e:R}"),
        };
    }

    /// <summary><c>one_variable</c> is of C with a fitted E; <c>one_variable:d</c>, <c>one_variable:d:none</c>, <c>one_variable:d:1.69</c> say more.</summary>
    public override string Name { get; }

    public override string Formula => $"L = {(_asymptote == 0 ? "" : "E + ")}A/{char.ToUpperInvariant(_over)}^alpha{(_asymptote > 0 ? ", E given" : "")}";

    public override string Source => _asymptote == 0 ? "Kaplan et al. 2020, arXiv:2001.08361, eq. 1.1 to 1.3" : "Henighan et al. 2020, arXiv:2010.14701, eq. 1.1";

    public override IReadOnlyList<string> ParameterNames { get; }

    internal override PowerForm Form { get; }

    internal override (int N, int D) DistinctNeeded => (FreeParameters, 1);

    internal override int FreeParameters => ParameterNames.Count - (_asymptote > 0 ? 1 : 0);

    /// <returns>Null where <paramref name="name"/> is not of this family.</returns>
    /// <exception cref="InputException">It is, but what follows the colon means nothing.</exception>
    internal static OneVariableLaw? Parse(string name)
    {
        var parts = name.Split(':');
        if (parts[0] != "one_variable")
        {
            return null;
        }

        var over = parts.Length < 2 ? "c" : parts[1];
        var asymptote = parts.Length < 3 ? double.NaN : parts[2] == "none" ? 0 : Positive(parts[2]);
        return parts.Length <= 3 && over is "n" or "d" or "c" && asymptote is not < 0
            ? new(over[0], double.IsNaN(asymptote) ? null : asymptote)
            : throw new InputException($"law '{name}': expected one_variable[:n|d|c[:none|E]], such as one_variable:d, one_variable:d:none, one_variable:c:1.69");
    }

    internal override (double N, double D, double Epochs) Read(RunScale run) =>
        (Math.Log(_over switch { 'n' => run.N, 'd' => run.D, _ => run.C }), 0, 0);

    internal override (double[] Low, double[] High) Domain(double minLoss, Centre centre)
    {
        var (low, high) = base.Domain(minLoss, centre);
        if (_asymptote > 0)
        {
            low[0] = high[0] = _asymptote.Value / Math.Exp(centre.Loss);
        }

        return (low, high);
    }

    private static double Positive(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value > 0 ? value : -1;
}
