using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Cli.Output;

/// <summary>Three ways to read the frontier off the same runs, side by side.</summary>
internal static class ApproachText
{
    public static void Write(TextWriter output, IReadOnlyList<Approach> approaches, double level)
    {
        var interval = $"{Numbers.Level(level)} interval";
        output.WriteLine("the three approaches (Hoffmann et al. 2022, section 3):");
        TextTable.Write(output, ["", "a", interval, "b", interval], approaches.Select(a => (IReadOnlyList<string>)
        [
            ApproachTable.Title(a.Name),
            a.ExponentN is { } n ? Numbers.Digits(n, 4) : "refused",
            Range(a.Intervals, "a", v => Numbers.Digits(v, 4)),
            a.ExponentD is { } d ? Numbers.Digits(d, 4) : "",
            Range(a.Intervals, "b", v => Numbers.Digits(v, 4)),
        ]));
        foreach (var refused in approaches.Where(a => a.Refused is not null))
        {
            output.WriteLine($"{ApproachTable.Title(refused.Name)} refused: {refused.Refused}");
        }

        output.WriteLine();
        TextTable.Write(output, ["", "C (FLOPs)", "N*", interval, "D*", interval], approaches.SelectMany(a => a.At.Select(p => (IReadOnlyList<string>)
        [
            ApproachTable.Title(a.Name),
            Numbers.Digits(p.Flops, 3),
            Quantity.Format(p.N),
            Range(p.Intervals, "params", Quantity.Format),
            Quantity.Format(p.D),
            Range(p.Intervals, "tokens", Quantity.Format),
        ])));
        if (approaches.FirstOrDefault(a => a.Budgets is not null)?.Budgets is { } budgets)
        {
            output.WriteLine();
            output.WriteLine("parabolas of approach 2 (bias: what a parabola misses the fitted law's own N* by):");
            TextTable.Write(output, ["C (FLOPs)", "runs", "N*", "D*", "loss", "bias", ""], budgets.Select(b => (IReadOnlyList<string>)
            [
                Numbers.Digits(b.Flops, 3),
                FormattableString.Invariant($"{b.Runs}"),
                b.N is { } n ? Quantity.Format(n) : "",
                b.D is { } d ? Quantity.Format(d) : "",
                b.Loss is { } loss ? Numbers.Digits(loss, 5) : "",
                b.BiasOfN is { } bias ? FormattableString.Invariant($"{100 * (bias - 1):+0.0;-0.0;0} %") : "",
                b.Refusal is { } refusal ? $"refused: {ApproachTable.Words(refusal)}" : "",
            ]));
        }

        output.WriteLine();
    }

    private static string Range(IReadOnlyDictionary<string, Interval> intervals, string name, Func<double, string> format) =>
        intervals.TryGetValue(name, out var interval) ? Numbers.Range(interval, format) : "";
}
