using ScaleLab.Analysis.Counting;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Cli.Output;

/// <summary>One sweep's exponent under every counting rule.</summary>
internal static class CountingText
{
    public static void Write(TextWriter output, IReadOnlyList<CountingRule> rules, double level)
    {
        var interval = $"{Numbers.Level(level)} interval";
        output.WriteLine("a of N* ~ C^a by what is counted, the same runs refitted:");
        TextTable.Write(output, ["N counted as", "a, C = 6ND", interval, "a, exact FLOPs", interval, "C/D ~ N^m", "rms"], rules.Select(r => (IReadOnlyList<string>)
        [
            r.Name,
            r.ExponentBy6nd is { } a ? Numbers.Digits(a, 4) : "refused",
            Range(r.IntervalBy6nd),
            r.ExponentByCost is { } exact ? Numbers.Digits(exact, 4) : "",
            Range(r.IntervalByCost),
            Numbers.Digits(r.CostExponent, 4),
            r.RmsLogResidual is { } rms ? FormattableString.Invariant($"{100 * rms:0.00} %") : "",
        ]));
        foreach (var rule in rules.Where(r => r.Refused is not null))
        {
            output.WriteLine($"{rule.Name} refused: {rule.Refused}");
        }

        if (rules.Count == 1)
        {
            output.WriteLine("the file has no columns n_embedding and n_non_embedding for another rule");
        }

        output.WriteLine();
    }

    private static string Range(Interval? interval) => interval is { } i ? Numbers.Range(i, v => Numbers.Digits(v, 4)) : "";
}
