using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <param name="Flops">C.</param>
/// <param name="Value">Parameters or data.</param>
/// <param name="Low">Of the bootstrap band; NaN where there is none.</param>
/// <param name="High">Likewise.</param>
public readonly record struct FrontierPoint(double Flops, double Value, double Low, double High);

/// <param name="Exponent">In words, with its interval or the reason why there is none.</param>
/// <param name="Inside">Within the compute of the data.</param>
/// <param name="Beyond">One decade of compute further.</param>
public sealed record FrontierSide(string Exponent, IReadOnlyList<FrontierPoint> Inside, IReadOnlyList<FrontierPoint> Beyond);

/// <summary>The compute-optimal parameters and data for each compute, with the band of the bootstrap.</summary>
/// <param name="Unit">Of data: tokens, images, clips.</param>
/// <param name="Parameters">N*(C); null where there is no fit.</param>
/// <param name="Data">D*(C); null where there is no fit.</param>
public sealed record ComputeOptimal(string Unit, FrontierSide? Parameters, FrontierSide? Data) : Figure
{
    public override string Name => "compute-optimal";

    public override string Title => "Compute-optimal parameters and data";

    public override string Caption => Parameters is null
        ? Note
        : "Parameters N* and data D* that reach the least predicted loss for each compute; solid within the compute of the data, dashed one decade beyond it"
          + (HasBand ? ", with the band of the cluster bootstrap." : $". {Note}");

    private bool HasBand => Parameters is { } side && side.Inside.Any(p => double.IsFinite(p.Low));

    public static ComputeOptimal From(Fit fit, IReadOnlyList<Observation> observations, string unit)
    {
        if (fit.Frontier is not { } frontier || observations.Count == 0)
        {
            return new(unit, null, null) { Note = Refusal(fit) };
        }

        var draws = fit.Draws.Select(d => d.Frontier(frontier.Cost)!).ToList();
        var (from, to) = (observations.Min(o => o.C), observations.Max(o => o.C));
        FrontierSide Side(string symbol, double exponent, Func<Frontier, double, double> value)
        {
            FrontierPoint At(double flops)
            {
                var values = draws.Select(d => value(d, flops)).Where(double.IsFinite).Order().ToList();
                var tail = (1 - fit.Intervals.Level) / 2;
                return new(flops, value(frontier, flops), Quantile(values, tail), Quantile(values, 1 - tail));
            }

            return new(Exponent(fit, symbol, exponent), [.. Axis.Between(from, to, 25).Select(At)], [.. Axis.Between(to, to * 10, 9).Select(At)]);
        }

        return new(unit, Side("a", frontier.ExponentN, (f, c) => f.N(c)), Side("b", frontier.ExponentD, (f, c) => f.D(c)))
        {
            Note = draws.Count > 0 ? "" : $"No band: {(fit.Intervals.Refused ?? "no bootstrap was drawn").TrimEnd('.')}.",
        };
    }

    internal override Sheet Draw()
    {
        if (Parameters is null || Data is null)
        {
            return Empty(Axis.Compute([]), Axis.Parameters([]));
        }

        var sheet = new Sheet(420, 520);
        var parameters = Side(Parameters, Axis.Parameters, Palette.Blue);
        parameters.Note(Wrap(Note, 40), Alignment.LowerRight, Palette.Muted);
        sheet.Add(parameters, 0, 0, 1, .5);
        sheet.Add(Side(Data, values => Axis.Data(Unit, values), Palette.Green), 0, .5, 1, 1);
        return sheet;
    }

    private static Panel Side(FrontierSide side, Func<IEnumerable<double>, Axis> axis, Color color)
    {
        var all = side.Inside.Concat(side.Beyond).ToList();
        var panel = new Panel(Axis.Compute(all.Select(p => p.Flops)), axis(Shown(all)));
        panel.Band(all.Select(p => (p.Flops, p.Low, p.High)), color);
        panel.Line(side.Inside.Select(p => new PlotPoint(p.Flops, p.Value)), color, 2);
        panel.Line(side.Beyond.Select(p => new PlotPoint(p.Flops, p.Value)), color, 2, dashed: true);
        panel.Note(side.Exponent, Alignment.UpperLeft);
        return panel;
    }

    // A band that spans hundreds of decades must not flatten the line: the axis follows the line, and at most two decades of band.
    private static IEnumerable<double> Shown(List<FrontierPoint> points)
    {
        var (low, high) = (points.Min(p => p.Value) / 100, points.Max(p => p.Value) * 100);
        return points.SelectMany(p => new[] { p.Value, double.IsFinite(p.Low) ? Math.Max(p.Low, low) : p.Value, double.IsFinite(p.High) ? Math.Min(p.High, high) : p.Value });
    }

    private static string Exponent(Fit fit, string symbol, double value)
    {
        var estimate = $"{(symbol == "a" ? "N* ~ Cᵃ" : "D* ~ Cᵇ")},  {symbol} = {value.ToString("0.000", CultureInfo.InvariantCulture)}";
        return fit.Intervals.Bounds.TryGetValue(symbol, out var interval)
            ? string.Create(CultureInfo.InvariantCulture, $"{estimate}\n[{interval.Low:0.000}, {interval.High:0.000}] at {100 * fit.Intervals.Level:0.#} %")
            : $"{estimate}\nno interval";
    }

    private static double Quantile(List<double> sorted, double at)
    {
        if (sorted.Count < 2)
        {
            return double.NaN;
        }

        var position = at * (sorted.Count - 1);
        var below = (int)position;
        return sorted[below] + ((position - below) * (sorted[Math.Min(below + 1, sorted.Count - 1)] - sorted[below]));
    }
}
