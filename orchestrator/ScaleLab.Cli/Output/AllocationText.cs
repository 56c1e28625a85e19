using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Cli.Output;

internal static class AllocationText
{
    private static readonly (string Name, string Label, Func<Allocation, double?> Of, Func<double, string> Format)[] Quantities =
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
        var given = allocation.Given.Split('+');
        TextTable.Write(output, ["", given.Length == 1 ? "optimal" : "", "interval"], Quantities.Where(q => q.Of(allocation) is not null).Select(q => (IReadOnlyList<string>)
        [
            q.Label,
            q.Format(q.Of(allocation)!.Value),
            given.Contains(q.Name) ? "given" : allocation.Intervals.TryGetValue(q.Name, out var interval) ? Numbers.Range(interval, q.Format) : "",
        ]).Concat(allocation.Intervals.TryGetValue("new_run_loss", out var run) ? [(IReadOnlyList<string>)["loss of a new run", "", Numbers.Range(run, v => Numbers.Digits(v, 5))]] : []));
        foreach (var line in Remarks(allocation))
        {
            output.WriteLine(line);
        }
    }

    /// <summary>Many, a row each; those beyond the data are marked.</summary>
    public static void Write(TextWriter output, IReadOnlyList<Allocation> allocations)
    {
        TextTable.Write(output, [.. Quantities.Select(q => q.Label), "", ""], allocations.Select(a => (IReadOnlyList<string>)
        [
            .. Quantities.Select(q => q.Of(a) is { } value ? q.Format(value) : ""),
            a.ExcessLoss is { } excess ? $"{Percent(excess)} above the best" : a.Intervals.TryGetValue("params", out var interval) ? $"N {Numbers.Range(interval, Quantity.Format)}" : "",
            a.Extrapolation is null ? "" : "extrapolated",
        ]));
    }

    private static IEnumerable<string> Remarks(Allocation allocation)
    {
        if (allocation is { FlatParams: { } flat, FlatShare: { } share })
        {
            yield return $"sizes {Numbers.Range(flat, Quantity.Format)} lose at most {Percent(share)} of the loss at this compute";
        }

        if (allocation.ExcessLoss is { } excess)
        {
            yield return $"{Percent(excess)} more loss than the best N and D of this compute";
        }

        if (allocation is { LifetimeFlops: { } total, LifetimeSaving: { } saved })
        {
            yield return $"{Numbers.Digits(total, 4)} FLOPs with inference, {Percent(saved)} less than the model that is cheapest to train for this loss";
        }

        if (allocation.Extrapolation is { } words)
        {
            yield return words;
        }
    }

    private static string Percent(double share) => $"{Numbers.Digits(100 * share, 3)} %";
}
