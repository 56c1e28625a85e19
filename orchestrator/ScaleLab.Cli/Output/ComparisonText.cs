using System.Globalization;
using ScaleLab.Analysis.Comparing;

namespace ScaleLab.Cli.Output;

/// <summary>Sweeps side by side, for people: the best run for each budget, and how much less compute each needs than the first.</summary>
internal static class ComparisonText
{
    public static void Write(TextWriter output, ComparisonAnswer answer)
    {
        foreach (var measure in answer.Measures)
        {
            output.WriteLine($"{measure.Column}: the best for each budget, with 95 % intervals of the held-out sample; '-': no runs there");
            TextTable.Write(output, ["", .. measure.Budgets.Select(Flops), "untrained", "runs"], measure.Sweeps.Select(Row));
            output.WriteLine();
            foreach (var pair in measure.EffectiveCompute)
            {
                Write(output, measure.Column, pair);
                output.WriteLine();
            }
        }
    }

    private static void Write(TextWriter output, string column, EffectiveCompute pair)
    {
        if (pair.Refused is { } reason)
        {
            output.WriteLine($"effective compute of {pair.Sweep} against {pair.Reference}: refused: {reason}");
            return;
        }

        var floor = pair.Floor switch { "shared" => ", one floor E for both", "own" => ", each with its own floor E", _ => "" };
        output.WriteLine($"effective compute: what {pair.Sweep} needs for the {column} of {pair.Reference} ({pair.Law}{floor})");
        TextTable.Write(output, [$"FLOPs of {pair.Reference}", column, $"FLOPs of {pair.Sweep}", "ratio", $"{Numbers.Level(pair.Level)} interval", ""], pair.At.Select(at => (IReadOnlyList<string>)
        [
            Flops(at.Flops),
            Numbers.Digits(at.Loss, 4),
            at.OtherFlops is { } paid ? Flops(paid) : "never",
            at.Ratio is { } ratio ? Numbers.Digits(ratio, 3) : "0",
            at.Interval is { } interval ? Numbers.Range(interval, v => Numbers.Digits(v, 3)) : "",
            at.Extrapolation is { } beyond ? $"extrapolated: {beyond}" : "",
        ]));
        output.WriteLine(pair.NoIntervals is { } none ? $"no intervals: {none}" : $"{pair.PairedClusters} clusters of one seed, N and D were drawn alike in both");
        if (pair.FloorDifference is { } floors && (floors.Low > 0 || floors.High < 0))
        {
            output.WriteLine($"{(pair.Floor == "shared" ? "warning: " : "")}with floors of their own, E of {pair.Sweep} less E of {pair.Reference} is {Numbers.Range(floors, v => Numbers.Digits(v, 3))}");
        }
    }

    private static string[] Row(MeasuredSweep sweep) =>
    [
        sweep.Name,
        .. sweep.AtBudgets.Select(b => b.Value is { } value ? $"{Numbers.Digits(value, 3)}{(b.Interval is { } i ? $" [{Numbers.Digits(i.Low, 3)}, {Numbers.Digits(i.High, 3)}]" : "")}" : "-"),
        sweep.Untrained is { } random ? Numbers.Digits(random, 3) : "-",
        sweep.Runs.ToString(CultureInfo.InvariantCulture),
    ];

    private static string Flops(double value) => value.ToString("0.00e+0", CultureInfo.InvariantCulture);
}
