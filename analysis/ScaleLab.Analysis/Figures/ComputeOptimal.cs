using System.Globalization;
using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <param name="Exponent">In words, with its interval or the reason why there is none.</param>
/// <param name="Line">N* or D* against C.</param>
/// <param name="Minima">FLOP and N* or D* of isoFLOP parabolas; empty where the runs make none.</param>
public sealed record FrontierSide(string Exponent, LawLine Line, IReadOnlyList<PlotPoint> Minima);

/// <summary>The compute-optimal parameters and data for each compute, with the band of the bootstrap, and what each budget's own runs say.</summary>
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
          + (Parameters.Line.HasBand ? ", with the band of the bootstrap." : $". {Note}")
          + (Parameters.Minima.Count > 0 ? " Hollow: the minima of isoFLOP parabolas through the runs, one for each budget." : "");

    public override bool IsEmpty => Parameters is null;

    public static ComputeOptimal From(Fit fit, IReadOnlyList<Observation> observations, string unit)
    {
        if (fit.Frontier is not { } frontier || observations.Count == 0)
        {
            return new(unit, null, null) { Note = Refusal(fit) };
        }

        var budgets = IsoFlop.Of(observations);
        FrontierSide Side(string symbol, double exponent, Func<Frontier, double, double> value, Func<IsoFlop, double?> minimum) => new(
            Exponent(fit, symbol, exponent),
            LawLine.Along(fit, observations, value),
            [.. budgets.Where(b => minimum(b) is not null).Select(b => new PlotPoint(b.Flops, minimum(b)!.Value))]);

        return new(unit, Side("a", frontier.ExponentN, (f, c) => f.N(c), b => b.N), Side("b", frontier.ExponentD, (f, c) => f.D(c), b => b.D))
        {
            Note = fit.Draws.Count > 0 ? "" : $"No band: {(fit.Intervals.Refused ?? "no bootstrap was drawn").TrimEnd('.')}.",
        };
    }

    internal override Sheet Draw(Look look)
    {
        var parameters = Side(Parameters!, Axis.Parameters, Palette.Blue);
        parameters.Aside(Wrap(Note, 40));
        return new Sheet(look).Panels(look.IsPage ? 330 : 260, parameters, Side(Data!, values => Axis.Data(Unit, values), Palette.Green));
    }

    private static Panel Side(FrontierSide side, Func<IEnumerable<double>, Axis> axis, Color color)
    {
        var all = side.Line.All.ToList();
        var panel = new Panel(Axis.Compute([.. all.Select(p => p.Flops), .. side.Minima.Select(p => p.X)]), axis([.. Shown(all), .. side.Minima.Select(p => p.Y)]));
        side.Line.Draw(panel, color);
        panel.Markers(side.Minima, color, 7, hollow: true);
        panel.Note(side.Exponent, Alignment.UpperLeft);
        return panel;
    }

    // A band that spans hundreds of decades must not flatten the line: the axis follows the line, and at most two decades of band.
    private static IEnumerable<double> Shown(List<LawPoint> points)
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
}
