using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <param name="Level">Loss.</param>
/// <param name="Points">Parameters, data.</param>
public sealed record Contour(double Level, IReadOnlyList<PlotPoint> Points);

/// <param name="Flops">C.</param>
/// <param name="At">Parameters, data.</param>
public sealed record FrontierMark(double Flops, PlotPoint At);

/// <summary>The fitted L(N, D) as lines of equal loss, the runs it was fitted to, and the cheapest (N, D) for each loss.</summary>
/// <param name="Unit">Of data: tokens, images, clips.</param>
/// <param name="Runs">Parameters, data.</param>
/// <param name="Contours">From high loss to low.</param>
/// <param name="Frontier">Within the compute of the data.</param>
/// <param name="Beyond">The same frontier, at more compute than any run took.</param>
/// <param name="Marks">Powers of ten of compute on the frontier.</param>
public sealed record LossContours(
    string Unit,
    IReadOnlyList<PlotPoint> Runs,
    IReadOnlyList<Contour> Contours,
    IReadOnlyList<PlotPoint> Frontier,
    IReadOnlyList<PlotPoint> Beyond,
    IReadOnlyList<FrontierMark> Marks) : Figure
{
    public override string Name => "loss-contours";

    public override string Title => "Loss over parameters and data";

    public override string Caption => Contours.Count == 0
        ? $"The {Runs.Count} points of the grid. {Note}"
        : $"Lines of equal predicted loss, the {Runs.Count} points that the law was fitted to (dots)"
            + (Frontier.Count > 0 ? ", and the compute-optimal frontier (orange, dashed beyond the compute of the data)." : $". {Note}");

    public static LossContours From(Fit fit, IReadOnlyList<Observation> observations, string unit)
    {
        var runs = observations.Select(o => new PlotPoint(o.N, o.D)).Distinct().OrderBy(p => p.X).ThenBy(p => p.Y).ToList();
        if (fit.Surface is not { } surface || runs.Count == 0)
        {
            return new(unit, runs, [], [], [], []) { Note = Refusal(fit) };
        }

        var (x, y) = Axes(unit, runs);
        var contours = Trace(surface, x, y);
        if (fit.Frontier is not { } frontier)
        {
            return new(unit, runs, contours, [], [], []) { Note = Refusal(fit) };
        }

        var (cheapest, dearest) = (observations.Min(o => o.C), observations.Max(o => o.C));
        var powers = Enumerable.Range((int)Math.Floor(Math.Log10(cheapest)) - 1, 40).Select(e => Math.Pow(10, e)).Where(c => c >= cheapest && c < dearest * 1e3);
        return new(
            unit,
            runs,
            contours,
            Line(frontier, cheapest, dearest),
            Line(frontier, dearest, dearest * 1e3),
            [.. powers.Select(c => new FrontierMark(c, new(frontier.N(c), frontier.D(c)))).Where(m => x.Share(m.At.X) is > .03 and < .97 && y.Share(m.At.Y) is > .06 and < .94)]);
    }

    public override bool IsEmpty => Runs.Count == 0;

    internal override Sheet Draw(Look look)
    {
        var height = look.IsPage ? 420 : 320;
        var (x, y) = Axes(Unit, Runs);
        var panel = new Panel(x, Note.Length > 0 ? y with { Max = y.Max * Math.Pow(y.Max / y.Min, .4) } : y);
        foreach (var contour in Contours)
        {
            panel.Line(contour.Points, Palette.Ordered(contour.Level, Contours[^1].Level, Contours[0].Level).WithAlpha(.9), 1.2f);
        }

        panel.Line(Frontier, Palette.Vermillion, 2);
        panel.Line(Beyond, Palette.Vermillion, 2, dashed: true);
        panel.Markers(Runs, Palette.Ink, Runs.Count > 100 ? 3.5f : 5);
        panel.Markers(Marks.Select(m => m.At), Palette.Vermillion, 6, hollow: true);
        Label(panel, look.Width, height);
        panel.Note(Wrap(Note));
        return new Sheet(look).Row(height, panel);
    }

    // Each label stands on its line where it is farthest from dots, frontier and the labels before it.
    private void Label(Panel panel, int width, int height)
    {
        PlotPoint Place(PlotPoint p) => new(panel.X.Share(p.X) * width, panel.Y.Share(p.Y) * height);
        var taken = Runs.Concat(Frontier).Concat(Beyond).Select(Place).ToList();
        foreach (var mark in Marks)
        {
            var text = $"{LogTicks.PowerOfTen(mark.Flops)} FLOP";
            var at = Place(mark.At);
            var (left, right) = (at with { X = at.X - 40, Y = at.Y + 14 }, at with { X = at.X + 40, Y = at.Y - 14 });
            var onLeft = left.X > 30 && (right.X > width - 40 || right.Y < 10 || taken.Min(t => Distance(t, left)) >= taken.Min(t => Distance(t, right)));
            panel.Text(mark.At, text, Palette.Vermillion, onLeft ? Alignment.LowerRight : Alignment.UpperLeft, dx: onLeft ? -6 : 6, dy: onLeft ? -3 : 3, halo: true);
            taken.AddRange(Enumerable.Range(-1, 3).Select(i => (onLeft ? left : right) with { X = (onLeft ? left : right).X + (25 * i) }));
        }

        foreach (var contour in Contours)
        {
            var spots = contour.Points.Where(p => panel.X.Share(p.X) is > .04 and < .97 && panel.Y.Share(p.Y) is > .05 and < .96).ToList();
            if (spots.Count > 0)
            {
                var best = spots.MaxBy(p => taken.Min(t => Distance(t, Place(p))));
                panel.Text(best, LogTicks.Plain(contour.Level), Palette.Muted, Alignment.MiddleCenter, halo: true);
                taken.Add(Place(best));
            }
        }
    }

    private static double Distance(PlotPoint a, PlotPoint b) => Math.Max(Math.Abs(a.X - b.X) / 2.5, Math.Abs(a.Y - b.Y));

    private static (Axis X, Axis Y) Axes(string unit, IReadOnlyList<PlotPoint> runs) =>
        (Axis.Parameters(runs.Select(r => r.X)).Wider(.08), Axis.Data(unit, runs.Select(r => r.Y)).Wider(.08));

    private static List<PlotPoint> Line(Frontier frontier, double from, double to) =>
        [.. Axis.Between(from, to, 33).Select(c => new PlotPoint(frontier.N(c), frontier.D(c)))];

    // L falls with N and with D in every law, so that bisection finds the line.
    private static List<Contour> Trace(LossSurface surface, Axis x, Axis y)
    {
        var (low, high) = (surface.Loss(x.Max, y.Max), surface.Loss(x.Min, y.Min));
        if (!(low > 0) || !(high > low) || !double.IsFinite(high))
        {
            return [];
        }

        var levels = new LogTicks(LogTicks.Plain).Place(Math.Log10(low), Math.Log10(high), 10, _ => .4).Where(t => t.IsMajor).Select(t => Math.Pow(10, t.Position));
        var wide = (N: x.Wider(.05), D: y.Wider(.05));
        var contours = levels.OrderDescending().Select(level => new Contour(Math.Round(level, 9), Trace(surface, level, wide.N, wide.D)));
        return [.. contours.Where(c => c.Points.Count > 1)];
    }

    private static List<PlotPoint> Trace(LossSurface surface, double level, Axis x, Axis y)
    {
        var points = new List<PlotPoint>();
        foreach (var n in Axis.Between(x.Min, x.Max, 65).Where(n => surface.Loss(n, y.Min) >= level && surface.Loss(n, y.Max) <= level))
        {
            points.Add(new(n, Solve(d => surface.Loss(n, d) - level, y.Min, y.Max)));
        }

        // Where it leaves through the upper and lower border, which lies between two of these N.
        foreach (var d in new[] { y.Min, y.Max })
        {
            if (surface.Loss(x.Min, d) > level && surface.Loss(x.Max, d) < level)
            {
                points.Add(new(Solve(n => surface.Loss(n, d) - level, x.Min, x.Max), d));
            }
        }

        return [.. points.OrderBy(p => p.X).ThenByDescending(p => p.Y)];
    }

    private static double Solve(Func<double, double> falling, double low, double high)
    {
        var (from, to) = (Math.Log(low), Math.Log(high));
        for (var i = 0; i < 60; i++)
        {
            var middle = (from + to) / 2;
            (from, to) = falling(Math.Exp(middle)) > 0 ? (middle, to) : (from, middle);
        }

        return Math.Exp((from + to) / 2);
    }
}
