using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <param name="Flops">C.</param>
/// <param name="Value">Parameters, data or loss.</param>
/// <param name="Low">Of the bootstrap band; NaN where there is none.</param>
/// <param name="High">Likewise.</param>
public readonly record struct LawPoint(double Flops, double Value, double Low, double High);

/// <summary>What a law says along its frontier: solid within the compute of the data, dashed one decade beyond, with the band of the bootstrap.</summary>
/// <param name="Inside">Within the compute of the data.</param>
/// <param name="Beyond">One decade of compute further.</param>
public sealed record LawLine(IReadOnlyList<LawPoint> Inside, IReadOnlyList<LawPoint> Beyond)
{
    public bool HasBand => Inside.Any(p => double.IsFinite(p.Low));

    internal IEnumerable<LawPoint> All => Inside.Concat(Beyond);

    /// <param name="fit">With a frontier.</param>
    /// <param name="observations">At least one.</param>
    /// <param name="value">Of a frontier at a compute.</param>
    internal static LawLine Along(Fit fit, IReadOnlyList<Observation> observations, Func<Frontier, double, double> value)
    {
        var frontier = fit.Frontier!;
        List<Frontier> draws = [.. fit.Draws.Select(d => d.Frontier(frontier.Cost)!)];
        return Along(observations.Min(o => o.C), observations.Max(o => o.C), flops => value(frontier, flops), flops => draws.Select(d => value(d, flops)), fit.Intervals.Level);
    }

    /// <param name="from">The least compute of the data.</param>
    /// <param name="to">The most.</param>
    /// <param name="value">At a compute.</param>
    /// <param name="draws">What the bootstrap makes of it there.</param>
    /// <param name="level">Of the band.</param>
    internal static LawLine Along(double from, double to, Func<double, double> value, Func<double, IEnumerable<double>> draws, double level)
    {
        LawPoint At(double flops)
        {
            double[] values = [.. draws(flops).Where(double.IsFinite)];
            var band = values.Length < 2 ? new Interval(double.NaN, double.NaN) : Quantile.Central(values, level);
            return new(flops, value(flops), band.Low, band.High);
        }

        return new([.. Axis.Between(from, to, 25).Select(At)], [.. Axis.Between(to, to * 10, 9).Select(At)]);
    }

    internal void Draw(Panel panel, Color colour)
    {
        panel.Band(All.Select(p => (p.Flops, p.Low, p.High)), colour);
        panel.Line(Inside.Select(p => new PlotPoint(p.Flops, p.Value)), colour, 2);
        panel.Line(Beyond.Select(p => new PlotPoint(p.Flops, p.Value)), colour, 2, dashed: true);
    }
}
