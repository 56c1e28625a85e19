using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>How well the runs tell each parameter: its profile likelihood, the limit of the level, and the interval of the bootstrap beside it.</summary>
/// <param name="Curves">In the law's order.</param>
/// <param name="Intervals">Of the bootstrap, by parameter; empty where there are none.</param>
/// <param name="Level">Of limit and intervals.</param>
public sealed record Profiles(IReadOnlyList<ProfileCurve> Curves, IReadOnlyDictionary<string, Interval> Intervals, double Level) : Figure
{
    // A parameter that ranges over more than this factor is told in logarithms.
    private const double Wide = 8;

    public override string Name => "profiles";

    public override string Title => "Profiles of the parameters";

    public override string Caption =>
        FormattableString.Invariant($"Twice the loss of log likelihood with one parameter held and all others refitted; the estimate (line) and the {100 * Level:0.#} % limit (dashed). A side on which the curve stays below the limit is open: these runs do not bound the parameter there.")
        + (Intervals.Count > 0 ? " Bar: the interval of the bootstrap, which need not assume the profile's noise model." : "");

    public override bool IsEmpty => Curves.Count == 0;

    public static Profiles From(ObservationTable table, Fit fit)
    {
        var curves = ProfileCurve.Of(table, fit);
        return new(curves, fit.Intervals.Bounds, fit.Intervals.Level)
        {
            Note = curves.Count > 0 ? "" : fit.Surface is null ? Refusal(fit) : "Only a fitted law has profiles, and not beyond 5,000 runs.",
        };
    }

    internal override Sheet Draw(Look look)
    {
        var sheet = new Sheet(look);
        var across = look.IsPage ? Math.Min(4, (Curves.Count + 1) / 2) : 2;
        foreach (var row in Curves.Chunk(across))
        {
            // The last row's panels are as wide as the others'.
            sheet.Row(look.IsPage ? 230 : 190, [.. row.Select(Draw), .. Enumerable.Repeat<Panel?>(null, across - row.Length)]);
        }

        return sheet;
    }

    private Panel Draw(ProfileCurve curve)
    {
        // As far as the curve, and the bar where that does not go much farther.
        var (low, high) = (curve.Points[0].Value, curve.Points[^1].Value);
        var (least, most, wide) = (low, high, low > 0 && high / low > Wide);
        if (Intervals.TryGetValue(curve.Parameter, out var interval))
        {
            low = Math.Min(low, Math.Max(interval.Low, wide ? low * low / high : Math.Max(low - (high - low), 0)));
            high = Math.Max(high, Math.Min(interval.High, wide ? high * high / least : high + (most - least)));
        }

        var label = Symbols.Of(curve.Parameter);
        var x = wide ? Axis.Value(label, [low, high]) : Axis.Linear(label, low - (.04 * (high - low)), high + (.04 * (high - low)));
        var top = 1.6 * curve.Limit;
        var panel = new Panel(x, Axis.Linear("Deviance", -.09 * top, top));
        panel.Line([new(x.Min, curve.Limit), new(x.Max, curve.Limit)], Palette.Muted, 1, dashed: true);
        panel.Line([new(curve.Estimate, 0), new(curve.Estimate, top)], Palette.Muted, 1);
        panel.Text(new(x.Max, curve.Limit), FormattableString.Invariant($"{100 * Level:0.#} %"), Palette.Muted, Alignment.LowerRight);
        if (Intervals.ContainsKey(curve.Parameter))
        {
            panel.Line([new(Math.Max(interval.Low, x.Min), -.045 * top), new(Math.Min(interval.High, x.Max), -.045 * top)], Palette.Vermillion.WithAlpha(.8), 5);
        }

        panel.Line(curve.Points.Select(p => new PlotPoint(p.Value, p.Deviance)), Palette.Blue, 2);
        return panel;
    }
}
