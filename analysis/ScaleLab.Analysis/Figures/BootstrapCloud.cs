using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using ScaleLab.Analysis.Fitting;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>The exponents of the bootstrap's draws, the ellipse that holds the level's share of them, and lines of equal a = β/(α + β).</summary>
/// <param name="Draws">α, β.</param>
/// <param name="Estimate">α, β; null where the law has none.</param>
/// <param name="Ellipse">A closed line.</param>
/// <param name="Level">The share of the draws inside it.</param>
public sealed record BootstrapCloud(IReadOnlyList<PlotPoint> Draws, PlotPoint? Estimate, IReadOnlyList<PlotPoint> Ellipse, double Level) : Figure
{
    // What a few wild draws are may not squeeze the others into a corner.
    private const double Shown = .99;

    // Of a number, as shares of the panel.
    private const double LabelWidth = .16;
    private const double LabelHeight = .07;

    private static readonly double[] Steps = [.01, .02, .05, .1, .2];

    public override string Name => "bootstrap-cloud";

    public override string Title => "Exponents of the bootstrap";

    public override string Caption =>
        FormattableString.Invariant($"α and β of {Draws.Count} bootstrap draws (dots), the estimate (square), and the ellipse with the draws' covariance that holds {100 * Level:0.#} % of them. Grey: equal exponents a = β/(α + β) of N* ~ Cᵃ.");

    public override bool IsEmpty => Draws.Count == 0;

    public static BootstrapCloud From(Fit fit)
    {
        if (fit.Surface is not { } surface || !surface.Law.ParameterNames.Contains("alpha") || !surface.Law.ParameterNames.Contains("beta"))
        {
            return new([], null, [], fit.Intervals.Level) { Note = fit.Surface is null ? Refusal(fit) : $"The law {fit.Law} has no two exponents." };
        }

        var draws = CompactDraws.Some(fit.Draws).Select(d => new PlotPoint(d["alpha"], d["beta"])).Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToList();
        return draws.Count < 20
            ? new([], null, [], fit.Intervals.Level) { Note = $"No bootstrap: {(fit.Intervals.Refused ?? "no draws were kept").TrimEnd('.')}." }
            : new(draws, new(surface["alpha"], surface["beta"]), Around(draws, fit.Intervals.Level), fit.Intervals.Level);
    }

    internal override Sheet Draw(Look look)
    {
        var panel = new Panel(Limits("α", p => p.X), Limits("β", p => p.Y));
        var labels = new List<(PlotPoint At, double A)>();
        foreach (var a in Isolines(panel))
        {
            // From where the ray enters the panel to where it leaves it; the number stands near its end. A ray without room for its number is not drawn.
            var slope = a / (1 - a);
            PlotPoint At(double x) => new(x, slope * x);
            var (enters, leaves) = (At(Math.Max(panel.X.Min, panel.Y.Min / slope)), At(Math.Min(panel.X.Max, panel.Y.Max / slope)));
            var end = At(enters.X + (.96 * (leaves.X - enters.X)));
            if (panel.X.Share(end.X) > LabelWidth && labels.All(l => Math.Abs(panel.X.Share(l.At.X - end.X + panel.X.Min)) > LabelWidth || Math.Abs(panel.Y.Share(l.At.Y - end.Y + panel.Y.Min)) > LabelHeight))
            {
                panel.Line([enters, leaves], Palette.Muted.WithAlpha(.5), 1);
                labels.Add((end, a));
            }
        }

        panel.Markers(Draws, Palette.Blue.WithAlpha(.35), 4, bare: true);
        panel.Line(Ellipse, Palette.Blue, 1.5f);
        panel.Markers([Estimate!.Value], Palette.Vermillion, 8, shape: MarkerShape.FilledSquare);
        foreach (var (at, a) in labels)
        {
            panel.Text(at, $"a = {a.ToString("0.##", CultureInfo.InvariantCulture)}", Palette.Muted, Alignment.MiddleRight, halo: true);
        }

        return new Sheet(look).Row(look.IsPage ? 420 : 320, panel);
    }

    // The covariance's ellipse, as large as it must be to hold the share.
    private static List<PlotPoint> Around(List<PlotPoint> draws, double share)
    {
        var (x, y) = (draws.Average(p => p.X), draws.Average(p => p.Y));
        var (xx, xy, yy) = (draws.Average(p => (p.X - x) * (p.X - x)), draws.Average(p => (p.X - x) * (p.Y - y)), draws.Average(p => (p.Y - y) * (p.Y - y)));
        if (!((xx * yy) - (xy * xy) > 1e-12 * xx * yy))
        {
            return [];
        }

        var root = Matrix<double>.Build.DenseOfArray(new[,] { { xx, xy }, { xy, yy } }).Cholesky().Factor;
        var inverse = root.Inverse();
        double Distance(PlotPoint p) => (inverse * Vector<double>.Build.DenseOfArray([p.X - x, p.Y - y])).L2Norm();
        var radius = draws.Select(Distance).Order().ElementAt((int)Math.Ceiling(share * draws.Count) - 1);
        return [.. Enumerable.Range(0, 73)
            .Select(i => radius * (root * Vector<double>.Build.DenseOfArray([Math.Cos(i * Math.PI / 36), Math.Sin(i * Math.PI / 36)])))
            .Select(v => new PlotPoint(x + v[0], y + v[1]))];
    }

    // Round numbers, about four of them.
    private static IEnumerable<double> Isolines(Panel panel)
    {
        var (low, high) = (panel.Y.Min / (panel.Y.Min + panel.X.Max), panel.Y.Max / (panel.Y.Max + panel.X.Min));
        var step = Steps.FirstOrDefault(s => (high - low) / s <= 7, Steps[^1]);
        return Enumerable.Range(1, 100).Select(i => Math.Round(i * step, 2)).Where(a => a > low && a < high && a < 1);
    }

    private Axis Limits(string label, Func<PlotPoint, double> of)
    {
        var bulk = Quantile.Central(Draws.Select(of), Shown);
        var shown = Ellipse.Where(p => of(p) > bulk.Low - (bulk.High - bulk.Low) && of(p) < bulk.High + (bulk.High - bulk.Low)).Select(of).Concat([bulk.Low, bulk.High, of(Estimate!.Value)]).ToList();
        var margin = Math.Max(.05 * (shown.Max() - shown.Min()), 1e-6);
        return Axis.Linear(label, Math.Max(0, shown.Min() - margin), shown.Max() + margin);
    }
}
