using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>The form of a grid whose scale follows from the budget. Sizes and amounts lie in equal ratios around a centre with the wanted tokens per parameter.</summary>
internal sealed record DesignSpec
{
    /// <summary><c>grid</c>: every size with every amount of data. <c>isoflop</c>: for each compute, several sizes trained on what it affords.</summary>
    public DesignKind Kind { get; init; }

    /// <summary>Model sizes (under <c>isoflop</c>: for each compute).</summary>
    [Range(2, 99)]
    public int Sizes { get; set; } = 6;

    /// <summary>Amounts of data (under <c>isoflop</c>: of compute).</summary>
    [Range(2, 99)]
    public int Amounts { get; set; } = 4;

    /// <summary>The ratio of the largest size to the smallest.</summary>
    [Range(1, 1e6, MinimumIsExclusive = true)]
    public double NSpan { get; set; } = 16;

    /// <summary>The ratio of the largest amount to the smallest.</summary>
    [Range(1, 1e6, MinimumIsExclusive = true)]
    public double DSpan { get; set; } = 8;

    /// <summary>Tokens per parameter at the centre, after Hoffmann et al. 2022.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double TokensPerParam { get; set; } = 20;

    /// <summary>No run passes over its corpus more often.</summary>
    [Range(0, 1e6, MinimumIsExclusive = true)]
    public double Epochs { get; set; } = 1;

    /// <summary>The grid of this form around one compute.</summary>
    /// <param name="grid">Takes the lists; its other axes stay.</param>
    /// <param name="flops">Model FLOPs of a run at the centre, by C = 6ND.</param>
    public GridSpec At(GridSpec grid, double flops)
    {
        var n = Math.Sqrt(flops / (6 * TokensPerParam));
        return Kind == DesignKind.Isoflop
            ? grid with { Design = null, Isoflop = new IsoflopSpec { Flops = Around(flops, DSpan, Amounts), Points = Sizes, Centre = TokensPerParam, Spread = Math.Sqrt(NSpan) } }
            : grid with { Design = null, N = Around(n, NSpan, Sizes), D = Around(n * TokensPerParam, DSpan, Amounts) };
    }

    private static double[] Around(double centre, double span, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Readable(centre * Math.Pow(span, ((double)i / (count - 1)) - 0.5))).Distinct()];

    // Three digits: such lists can be written into a spec.
    private static double Readable(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return double.Round(value / unit) * unit;
    }
}

internal enum DesignKind
{
    /// <summary>Sizes times amounts of data, for a law of both.</summary>
    Grid,

    /// <summary>Curves of equal compute.</summary>
    Isoflop,
}
