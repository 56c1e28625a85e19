using ScaleLab.Analysis.Data;
using ScaleLab.Contracts.Tables;
using ScaleLab.Contracts.Text;
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

/// <summary>Held-out loss of every annealed point against its compute, the training curves behind them, and the lowest loss per compute.</summary>
/// <param name="Curves">Training loss on the way, by N and run.</param>
/// <param name="Annealed">By N and compute.</param>
/// <param name="Envelope">The annealed points that no cheaper one beats, by compute.</param>
public sealed record LossAgainstCompute(IReadOnlyList<LossCurve> Curves, IReadOnlyList<AnnealedPoint> Annealed, IReadOnlyList<PlotPoint> Envelope) : Figure
{
    private const int PointsPerCurve = 120;

    public override string Name => "loss-against-compute";

    public override string Title => "Loss against compute";

    public override string Caption =>
        $"Held-out loss of {Annealed.Count} annealed points (dots) against the compute that each takes from its first step, by model size; the dashed line joins those that no cheaper point beats."
        + (Curves.Count > 0 ? " Thin lines: training loss on the way, averaged in even steps of log compute." : "");

    public override IReadOnlyList<string> Files => ["results.csv", "curves.csv"];

    /// <param name="observations">The points of the fit.</param>
    /// <param name="curves">Rows of curves.csv, in any order; a curve whose N is unknown is not drawn.</param>
    /// <param name="sizes">N of runs that have a curve but are no points of the fit: trunks.</param>
    public static LossAgainstCompute From(IReadOnlyList<Observation> observations, IEnumerable<CurveRow> curves, IReadOnlyDictionary<string, double> sizes)
    {
        var size = new Dictionary<string, double>(sizes);
        foreach (var point in observations)
        {
            size[point.Run] = point.N;
        }

        var annealed = observations.Where(o => o.Annealed).OrderBy(o => o.N).ThenBy(o => o.C).Select(o => new AnnealedPoint(o.Run, o.N, new(o.C, o.Loss))).ToList();
        var drawn = from row in curves
                    where row.TrainLoss > 0 && row.C > 0 && size.ContainsKey(row.RunKey)
                    group new PlotPoint(row.C, row.TrainLoss!.Value) by row.RunKey into run
                    orderby size[run.Key], run.Key
                    select new LossCurve(run.Key, size[run.Key], Thin([.. run.OrderBy(p => p.X)]));
        return new([.. drawn], annealed, LowerEnvelope(annealed.Select(a => a.At)));
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

    internal override Sheet Draw()
    {
        var sheet = new Sheet(420, 320);
        // A curve starts at ln V: in full it would press the annealed points, which matter, into a corner.
        var losses = Annealed.Select(a => a.At.Y).ToList();
        var head = losses.Count > 0 ? losses.Max() * Math.Pow(losses.Max() / losses.Min(), .25) : 1;
        var panel = new Panel(Axis.Compute(Annealed.Select(a => a.At.X)), Axis.Loss("Loss", losses.Append(head)));
        var sizes = Annealed.Select(a => a.N).Distinct().Order().DefaultIfEmpty(1).ToList();
        var colour = (double n) => Palette.Ordered(n, sizes[0], sizes[^1]);
        foreach (var curve in Curves)
        {
            panel.Line(curve.Points, colour(curve.N).WithAlpha(.5), .8f);
        }

        panel.Line(Envelope, Palette.Ink, 1.2f, dashed: true);
        foreach (var group in Annealed.GroupBy(a => a.N))
        {
            panel.Markers(group.Select(a => a.At), colour(group.Key));
        }

        panel.Key(Key(sizes).Select(n => ($"{Quantity.Format(n)} parameters", colour(n))), Alignment.UpperRight);
        panel.Note(Wrap(Note), Alignment.LowerLeft);
        sheet.Add(panel, 0, 0, 1, 1);
        return sheet;
    }

    // Every size where there are few, else about five, evenly over the scale of colours.
    internal static IEnumerable<double> Key(List<double> sizes) => sizes.Count <= 7
        ? sizes
        : Axis.Between(sizes[0], sizes[^1], 5).Select(wanted => sizes.MinBy(n => Math.Abs(Math.Log(n / wanted)))).Distinct();
}
