using System.Globalization;
using System.Text.RegularExpressions;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>A sweep that goes on where another one ended: the same models, data and rules, word for word, at one point or at several sizes of one compute.</summary>
internal static partial class NextSweep
{
    /// <param name="from">The sweep whose law said what comes next.</param>
    /// <param name="n">Wanted size.</param>
    /// <param name="d">Wanted units of data.</param>
    /// <param name="why">For the first line: where the numbers come from, and what loss they should give.</param>
    /// <param name="prediction">To be judged when it is trained; null where the law says nothing of losses.</param>
    /// <returns>A spec; its budget is left out, for it was the other sweep's.</returns>
    /// <exception cref="InputException">The spec is not written as one block of lines a key.</exception>
    public static string Text(SweepFile from, double n, double d, string why, Prediction? prediction = null) =>
        Text(from, [Value("n", n), Value("d", d)], grid => grid is { N: [_], D: [_] }, why, prediction);

    /// <summary>The same for several sizes, each trained on what the compute leaves.</summary>
    public static string Text(SweepFile from, double flops, IReadOnlyList<double> sizes, string why, Prediction? prediction = null) =>
        Text(from, ["  isoflop:", $"  {Value("flops", flops)}", $"    n: [{string.Join(", ", sizes.Select(Round))}]"], grid => grid.Isoflop is { Flops: [_], N: { } n } && n.Length == sizes.Count, why, prediction);

    private static string Text(SweepFile from, string[] grid, Func<GridSpec, bool> isThere, string why, Prediction? prediction)
    {
        var name = $"{from.Spec.Name}-next";
        var kept = new List<string> { $"# {why}" };
        var (begun, drops) = (false, false);
        foreach (var line in from.Text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (Key().Match(line) is { Success: true } key)
            {
                begun = true;
                drops = key.Groups[1].Value is "grid" or "budget" or "prediction";
                if (key.Groups[1].Value is "grid" or "name")
                {
                    kept.AddRange(key.Groups[1].Value == "name" ? [$"name: {name}"] : ["grid:", .. grid, .. Block(prediction)]);
                    continue;
                }
            }

            // A comment at the margin speaks of what follows, but at the head of the file of the other sweep; an editor's schema stays.
            if (begun ? !drops || line.StartsWith('#') : line.StartsWith("# yaml-language-server:", StringComparison.Ordinal))
            {
                kept.Add(line);
            }
        }

        var text = string.Join('\n', kept) + "\n";
        return SweepFile.Parse(from.File, text).Spec is var spec && isThere(spec.Grid) && spec.Name == name
            ? text
            : throw new InputException($"{from.File}: its 'name' and 'grid' do not begin lines of their own, so that they cannot be replaced");
    }

    private static string[] Block(Prediction? prediction)
    {
        if (prediction is not { } p)
        {
            return [];
        }

        string[] known = ["prediction:", $"  fit: '{p.Fit.Replace("'", "''", StringComparison.Ordinal)}'", $"  law: {p.Law}", $"  parameters: '{p.Parameters}'", $"  loss: {Exact(p.Loss)}"];
        return p is { Low: { } low, High: { } high, Level: { } level } ? [.. known, $"  low: {Exact(low)}", $"  high: {Exact(high)}", $"  level: {Exact(level)}"] : known;
    }

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Value(string key, double value) => $"  {key}: {Round(value)}";

    private static string Round(double value) => value.ToString("0.####e+0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\w+):")]
    private static partial Regex Key();
}
