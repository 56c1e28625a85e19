using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Emergence;

/// <summary>What a metric is drawn and tested against.</summary>
public enum ScaleAxis
{
    N,
    D,
    C,
}

/// <param name="Axis">N, D or C.</param>
/// <param name="Test">Null where the runs are too few to tell a break from a smooth law.</param>
/// <param name="PValue">Of the test, after Holm over all tests of the sweep.</param>
public sealed record AxisTest(ScaleAxis Axis, BreakTest? Test, double? PValue)
{
    public const double Level = 0.05;

    public bool Breaks => PValue < Level;
}

/// <summary>A metric over the runs of a sweep.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Rows">Runs that have it, by N, then D.</param>
/// <param name="Tests">By axis.</param>
public sealed record MetricCurve(EmergentMetric Metric, IReadOnlyList<ResultRow> Rows, IReadOnlyList<AxisTest> Tests)
{
    /// <summary>Better after the break than the smooth law has it.</summary>
    public bool Improves(AxisTest test) => test.Test is { } t && (Metric.Falls ? t.Rise < 0 : t.Rise > 0);
}

/// <summary>Whether anything emerges in a sweep: each metric tested for a break against N, D and C.</summary>
/// <param name="Families">Those that were measured.</param>
public sealed record EmergenceAnalysis(IReadOnlyList<(string Figure, string Title, IReadOnlyList<MetricCurve> Curves)> Families)
{
    /// <param name="rows">Of results.csv; only runs that ended well count.</param>
    public static EmergenceAnalysis Of(IEnumerable<ResultRow> rows)
    {
        var ok = rows.Where(r => r.Status == "ok").OrderBy(r => r.N).ThenBy(r => r.D).ThenBy(r => r.RunKey, StringComparer.Ordinal).ToList();
        var families = EmergentMetric.Families
            .Select(f => (f.Figure, f.Title, Curves: f.Metrics.Select(m => (Metric: m, Rows: ok.Where(r => m.Value(r) is not null).ToList())).Where(c => c.Rows.Count > 0).ToList()))
            .Where(f => f.Curves.Count > 0)
            .ToList();
        var tests = families
            .SelectMany(f => f.Curves)
            .SelectMany(c => Enum.GetValues<ScaleAxis>().Select(axis => (c.Metric, Axis: axis, Test: BreakTest.Of([.. c.Rows.Select(r => Point(c.Metric, axis, r))]))))
            .ToList();
        var adjusted = BreakTest.Holm([.. tests.Where(t => t.Test is not null).Select(t => t.Test!.PValue)]);
        var told = 0;
        var found = tests.Select(t => (t.Metric, Axis: new AxisTest(t.Axis, t.Test, t.Test is null ? null : adjusted[told++]))).ToLookup(t => t.Metric, t => t.Axis);
        return new([.. families.Select(f => (f.Figure, f.Title, (IReadOnlyList<MetricCurve>)[.. f.Curves.Select(c => new MetricCurve(c.Metric, c.Rows, [.. found[c.Metric]]))]))]);
    }

    /// <summary>The metric without a threshold that belongs to one with, where it was measured.</summary>
    public MetricCurve? Companion(MetricCurve curve) => Families.SelectMany(f => f.Curves).FirstOrDefault(c => c.Metric.Column == curve.Metric.Companion);

    public static double Scale(ScaleAxis axis, ResultRow row) => axis switch { ScaleAxis.N => row.N, ScaleAxis.D => row.D, _ => row.C };

    // Against N each D has its own level, and the other way round; against C all runs are one curve.
    private static ScalePoint Point(EmergentMetric metric, ScaleAxis axis, ResultRow row) => new(
        Scale(axis, row),
        metric.Value(row)!.Value,
        axis switch { ScaleAxis.N => FormattableString.Invariant($"{row.D}"), ScaleAxis.D => FormattableString.Invariant($"{row.N}"), _ => "" },
        row.Trunk);
}
