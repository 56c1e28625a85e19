using ScaleLab.Analysis.Emergence;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>Metrics of one family against N, D and C, a row for each, with their controls.</summary>
/// <param name="Family">Of its file.</param>
/// <param name="Heading">Of the figure.</param>
/// <param name="Curves">One for each row.</param>
/// <param name="Unit">What data are counted in.</param>
public sealed record EmergenceCurves(string Family, string Heading, IReadOnlyList<MetricCurve> Curves, string Unit) : Figure
{
    private const int RowHeight = 230;

    private static readonly Color[] ControlColours = [Palette.Muted, Palette.Vermillion, Palette.Green];

    public override string Name => $"emergence-{Family}";

    public override string Title => Heading;

    public override string Caption =>
        "Every run, against parameters (a line for each amount of data), data (a line for each size) and compute (by size, light = small). Dashed: controls, the mean over the runs at each scale.";

    public override IReadOnlyList<string> Files => ["results.csv"];

    public override bool IsEmpty => Curves.Count == 0;

    public override bool IsWide => true;

    internal override Sheet Draw(Look look)
    {
        // Three axes side by side need a page.
        var sheet = new Sheet(look with { Size = FigureSize.Page });
        foreach (var curve in Curves)
        {
            sheet.Row(RowHeight, [.. Enum.GetValues<ScaleAxis>().Select(axis => Panel(curve, axis))]);
        }

        return sheet;
    }

    private Panel Panel(MetricCurve curve, ScaleAxis axis)
    {
        var (metric, rows) = (curve.Metric, curve.Rows);
        var values = rows.SelectMany(r => metric.Controls.Select(c => c.Value(r)).Prepend(metric.Value(r))).OfType<double>().ToList();
        var margin = 0.06 * Math.Max(values.Max() - values.Min(), 1e-3);
        var scales = rows.Select(r => EmergenceAnalysis.Scale(axis, r)).ToList();
        var panel = new Panel(
            axis switch { ScaleAxis.N => Axis.Parameters(scales), ScaleAxis.D => Axis.Data(Unit, scales), _ => Axis.Compute(scales) },
            Axis.Linear(axis == ScaleAxis.N ? metric.Title : "", values.Min() - margin, values.Max() + margin));
        foreach (var (c, control) in metric.Controls.Index())
        {
            panel.Line(Means(curve, axis, control), ControlColours[c], 1, dashed: true);
        }

        var lines = Lines(curve, axis).ToList();
        foreach (var (by, points) in lines)
        {
            var colour = Palette.Ordered(by, lines.Min(l => l.By), lines.Max(l => l.By));
            panel.Line(points, colour.WithAlpha(.8), 1);
            panel.Markers(points, colour, 5);
        }

        if (axis == ScaleAxis.N)
        {
            panel.Key(metric.Controls.Select((c, i) => (c.Name, ControlColours[i])));
        }

        return panel;
    }

    /// <summary>On the axis of size a line for each amount of data, else for each size; seeds are lines of their own.</summary>
    internal static IEnumerable<(double By, IReadOnlyList<PlotPoint> Points)> Lines(MetricCurve curve, ScaleAxis axis) =>
        from r in curve.Rows
        group r by (By: (double)(axis == ScaleAxis.N ? r.D : r.N), r.Seed) into line
        orderby line.Key.By, line.Key.Seed
        select (line.Key.By, (IReadOnlyList<PlotPoint>)[.. line.Select(r => new PlotPoint(EmergenceAnalysis.Scale(axis, r), curve.Metric.Value(r)!.Value)).OrderBy(p => p.X)]);

    /// <summary>Over the runs at each scale.</summary>
    internal static IReadOnlyList<PlotPoint> Means(MetricCurve curve, ScaleAxis axis, MetricControl control) =>
        [.. curve.Rows.Where(r => control.Value(r) is not null).GroupBy(r => EmergenceAnalysis.Scale(axis, r)).OrderBy(g => g.Key).Select(g => new PlotPoint(g.Key, g.Average(r => control.Value(r)!.Value)))];
}
