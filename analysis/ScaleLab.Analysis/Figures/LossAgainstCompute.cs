using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts.Tables;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <param name="Run">Its key; a trunk has its own.</param>
/// <param name="N">Parameters.</param>
/// <param name="Points">FLOP, loss.</param>
public sealed record LossCurve(string Run, double N, IReadOnlyList<PlotPoint> Points);

/// <param name="Run">Its key.</param>
/// <param name="N">Parameters.</param>
/// <param name="At">FLOP, loss.</param>
public sealed record AnnealedPoint(string Run, double N, PlotPoint At);

/// <summary>Held-out loss of every annealed point against its compute, the training curves behind them, the lowest loss per compute, and what the law says that is.</summary>
/// <param name="Curves">Training loss on the way, by N and run.</param>
/// <param name="Annealed">By N and compute.</param>
/// <param name="Envelope">The annealed points that no cheaper one beats, by compute.</param>
/// <param name="Optimal">The least loss that the law predicts for each compute; null where it has no frontier.</param>
public sealed record LossAgainstCompute(IReadOnlyList<LossCurve> Curves, IReadOnlyList<AnnealedPoint> Annealed, IReadOnlyList<PlotPoint> Envelope, LawLine? Optimal) : Figure
{
    private const int PointsPerCurve = 120;

    // How much of a band is shown, as a factor.
    private const double MostBand = 1.2;

    public override string Name => "loss-against-compute";

    public override string Title => "Loss against compute";

    public override string Caption =>
        $"Held-out loss of {Annealed.Count} annealed points (dots) against the compute that each takes from its first step, by model size; the grey line joins those that no cheaper point beats."
        + (Optimal is null ? $" {Note}" : $" Orange: the least loss that the law predicts for each compute, dashed beyond the data{(Optimal.HasBand ? ", with the band of the bootstrap" : "")}.")
        + (Floor is { } floor ? $" The line at {floor.ToString("G5", CultureInfo.InvariantCulture)} is what the process that made the data loses on the same held-out samples; no model can do better but by chance." : "")
        + (Curves.Count > 0 ? " Thin lines: training loss on the way, averaged in even steps of log compute." : "");

    /// <summary>The least possible loss, where it is known.</summary>
    public double? Floor { get; init; }

    public override IReadOnlyList<string> Files => ["results.csv", "curves.csv", "fit.json"];

    public override bool IsEmpty => Annealed.Count == 0;

    /// <param name="fit">Its law's frontier is drawn.</param>
    /// <param name="observations">The points of the fit.</param>
    /// <param name="curves">Rows of curves.csv, in any order; a curve whose N is unknown is not drawn.</param>
    /// <param name="sizes">N of runs that have a curve but are no points of the fit: trunks.</param>
    public static LossAgainstCompute From(Fit fit, IReadOnlyList<Observation> observations, IEnumerable<CurveRow> curves, IReadOnlyDictionary<string, double> sizes)
    {
        var size = new Dictionary<string, double>(sizes);
        foreach (var point in observations)
        {
            size[point.Run] = point.N;
        }

        var annealed = observations.Where(o => o.Annealed && o.C > 0 && o.Loss > 0).OrderBy(o => o.N).ThenBy(o => o.C).Select(o => new AnnealedPoint(o.Run, o.N, new(o.C, o.Loss))).ToList();
        var drawn = from row in curves
                    where row.TrainLoss > 0 && row.C > 0 && size.ContainsKey(row.RunKey)
                    group new PlotPoint(row.C, row.TrainLoss!.Value) by row.RunKey into run
                    orderby size[run.Key], run.Key
                    select new LossCurve(run.Key, size[run.Key], Thin([.. run.OrderBy(p => p.X)]));
        var optimal = fit.Frontier is null || observations.Count == 0 ? null : LawLine.Along(fit, observations, (frontier, c) => frontier.Loss(c));
        return new([.. drawn], annealed, LowerEnvelope(annealed.Select(a => a.At)), optimal)
        {
            Note = annealed.Count == 0 ? "There is no annealed point." : optimal is null ? Refusal(fit) : "",
        };
    }

    internal static List<PlotPoint> LowerEnvelope(IEnumerable<PlotPoint> points)
    {
        var envelope = new List<PlotPoint>();
        foreach (var point in points.OrderBy(p => p.X).ThenBy(p => p.Y))
        {
            if (envelope.Count == 0 || point.Y < envelope[^1].Y)
            {
                envelope.Add(point);
            }
        }

        return envelope;
    }

    /// <summary>What a line through an envelope goes through: runs of one budget differ by their rounding, and the best of them stands for it.</summary>
    internal static IEnumerable<PlotPoint> Joined(IReadOnlyList<PlotPoint> envelope) => envelope.Where((p, i) => i == envelope.Count - 1 || envelope[i + 1].X > 1.05 * p.X);

    /// <summary>Means over even steps of log compute: noise goes, the file stays small, one huge curve does not hide the rest.</summary>
    internal static IReadOnlyList<PlotPoint> Thin(IReadOnlyList<PlotPoint> points)
    {
        if (points.Count <= PointsPerCurve)
        {
            return points;
        }

        var (from, to) = (Math.Log(points[0].X), Math.Log(points[^1].X));
        return [.. points
            .GroupBy(p => to > from ? (int)((Math.Log(p.X) - from) / (to - from) * (PointsPerCurve - 1)) : 0)
            .Select(g => new PlotPoint(Math.Exp(g.Average(p => Math.Log(p.X))), Math.Exp(g.Average(p => Math.Log(p.Y)))))];
    }

    internal override Sheet Draw(Look look)
    {
        // A curve starts at ln V: in full it would press the annealed points, which matter, into a corner. A band may be as wide as it likes.
        var losses = Annealed.Select(a => a.At.Y).ToList();
        var (least, most) = (losses.Min(), losses.Max());
        var head = most * Math.Pow(most / least, .25);
        var beyond = Optimal?.Beyond.Where(p => p.Value > 0 && p.Value > least / Math.Max(1.2, most / least)).ToList() ?? [];
        var panel = new Panel(
            Axis.Compute([.. Annealed.Select(a => a.At.X), .. beyond.Select(p => p.Flops)]),
            Axis.Loss("Loss", [.. losses, head, .. Floor is { } lowest ? [lowest] : Array.Empty<double>(), .. beyond.Select(p => p.Value), .. Optimal?.All.Select(p => Math.Max(p.Low, p.Value / MostBand)).Where(l => l > 0) ?? []]));
        var sizes = new Sizes(Annealed.Select(a => a.N));
        foreach (var curve in Curves)
        {
            panel.Line(curve.Points, sizes.Colour(curve.N).WithAlpha(.5), .8f);
        }

        Optimal?.Draw(panel, Palette.Vermillion);
        panel.Line(Joined(Envelope), Palette.Muted, 1);
        if (Floor is { } floor)
        {
            panel.Line([new(panel.X.Min, floor), new(panel.X.Max, floor)], Palette.Green, 1.2f);
            panel.Text(new(panel.X.Min, floor), "least possible", Palette.Green, Alignment.LowerLeft, dx: 4, halo: true);
        }

        foreach (var group in Annealed.GroupBy(a => a.N))
        {
            panel.Markers(group.Select(a => a.At), sizes.Colour(group.Key));
        }

        panel.Key(sizes.Key());
        panel.Note(Optimal is null ? Wrap(Note) : "", Alignment.LowerLeft);
        return new Sheet(look).Row(look.IsPage ? 400 : 320, panel);
    }
}
