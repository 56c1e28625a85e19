using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Cli.Output;

internal static class AllocationText
{
    private static readonly (string Name, string Label, Func<Allocation, double> Of, Func<double, string> Format)[] Quantities =
    [
        ("flops", "compute (FLOPs)", a => a.Flops, v => Numbers.Digits(v, 4)),
        ("params", "parameters N", a => a.N, Quantity.Format),
        ("tokens", "tokens D", a => a.D, Quantity.Format),
        ("tokens_per_param", "D/N", a => a.TokensPerParam, v => Numbers.Digits(v, 4)),
        ("loss", "loss", a => a.Loss, v => Numbers.Digits(v, 5)),
    ];

    /// <summary>One allocation, a row per quantity.</summary>
    public static void Write(TextWriter output, Allocation allocation)
    {
        TextTable.Write(output, ["", "optimal", "interval"], Quantities.Select(q => (IReadOnlyList<string>)
        [
            q.Label,
            q.Format(q.Of(allocation)),
            q.Name == allocation.Given ? "given" : allocation.Intervals.TryGetValue(q.Name, out var interval) ? Numbers.Range(interval, q.Format) : "",
        ]).Concat(allocation.Intervals.TryGetValue("new_run_loss", out var run) ? [(IReadOnlyList<string>)["loss of a new run", "", Numbers.Range(run, v => Numbers.Digits(v, 5))]] : []));
        if (allocation.Extrapolation is { } words)
        {
            output.WriteLine(words);
        }
    }

    /// <summary>Many, a row each; those beyond the data are marked.</summary>
    public static void Write(TextWriter output, IReadOnlyList<Allocation> allocations)
    {
        TextTable.Write(output, [.. Quantities.Select(q => q.Label), "", ""], allocations.Select(a => (IReadOnlyList<string>)
        [
            .. Quantities.Select(q => q.Format(q.Of(a))),
            a.Intervals.TryGetValue("params", out var interval) ? $"N {Numbers.Range(interval, Quantity.Format)}" : "",
            a.Extrapolation is null ? "" : "extrapolated",
        ]));
    }
}
