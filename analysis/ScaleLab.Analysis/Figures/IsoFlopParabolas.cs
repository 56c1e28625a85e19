using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Figures;

/// <summary>The runs of one budget.</summary>
/// <param name="Flops">The budget.</param>
/// <param name="Runs">Parameters, loss; by parameters.</param>
/// <param name="Parabola">Through them, in ln N, between the smallest and the largest; empty where it has no minimum there.</param>
/// <param name="Minimum">Its lowest point; null likewise.</param>
/// <param name="Residuals">Parameters, and percent by which the run's loss lies above the parabola; empty likewise.</param>
public sealed record IsoFlopSlice(double Flops, IReadOnlyList<PlotPoint> Runs, IReadOnlyList<PlotPoint> Parabola, PlotPoint? Minimum, IReadOnlyList<PlotPoint> Residuals);

/// <summary>Approach 2: loss against parameters for each budget, the parabola through it and its minimum, and what the parabola misses.</summary>
/// <param name="Slices">Budgets with at least three sizes, from small to large.</param>
public sealed record IsoFlopParabolas(IReadOnlyList<IsoFlopSlice> Slices) : Figure
{
    public override string Name => "isoflop";

    public override string Title => "IsoFLOP parabolas";

    public override string Caption =>
        "Loss against parameters for each budget, with the parabola in ln N through its runs and the parabola's minimum (hollow), and the residuals of the runs in percent."
        + (Slices.Any(s => s.Minimum is null) ? " A budget without a parabola has no minimum between its sizes." : "");

    public override IReadOnlyList<string> Files => ["results.csv"];

    public override bool IsEmpty => Slices.Count == 0;

    public static IsoFlopParabolas From(IReadOnlyList<Observation> observations)
    {
        var slices = IsoFlop.Group(observations)
            .Select(group => group.Select(i => observations[i]).OrderBy(o => o.N).ThenBy(o => o.Loss).ToList())
            .Select(runs => (Runs: runs, Iso: IsoFlop.Of(runs, [.. runs.Select(r => r.Loss)])))
            .Where(slice => slice.Iso.Refusal != IsoFlopRefusal.TooFewPoints)
            .Select(slice => Slice(slice.Iso, slice.Runs))
            .ToList();
        return new(slices) { Note = slices.Count == 0 ? "No budget has three sizes." : "" };
    }

    internal override Sheet Draw(Look look)
    {
        var (n, losses) = (Slices.SelectMany(s => s.Runs).Select(p => p.X), Slices.SelectMany(s => s.Runs.Concat(s.Parabola)).Select(p => p.Y));
        var panel = new Panel(Axis.Parameters(n), Axis.Loss("Loss", losses));
        var residuals = new Panel(Axis.Parameters(n), Axis.Percent("Residual (%)", Slices.SelectMany(s => s.Residuals).Select(p => p.Y)));
        residuals.Zero();
        var (least, most) = (Slices[0].Flops, Slices[^1].Flops);
        foreach (var slice in Slices)
        {
            var colour = Palette.Ordered(slice.Flops, least, most);
            panel.Line(slice.Parabola, colour);
            panel.Markers(slice.Runs, colour, 5);
            residuals.Markers(slice.Residuals, colour, 5);
        }

        // On top, and joined: the path of the optimum.
        var minima = Slices.Where(s => s.Minimum is not null).Select(s => (At: s.Minimum!.Value, Colour: Palette.Ordered(s.Flops, least, most))).ToList();
        panel.Line(minima.Select(m => m.At), Palette.Muted, 1);
        foreach (var (at, colour) in minima)
        {
            panel.Markers([at], colour, 8, hollow: true);
        }

        panel.Key(Key().Select(s => ($"{LogTicks.PowerOfTen(Rounded(s.Flops))} FLOP", Palette.Ordered(s.Flops, least, most))));
        return look.IsPage ? new Sheet(look).Row(330, panel, residuals) : new Sheet(look).Row(310, panel).Row(190, residuals);
    }

    private static IsoFlopSlice Slice(IsoFlop iso, List<Observation> runs)
    {
        var points = runs.Select(r => new PlotPoint(r.N, r.Loss)).ToList();
        if (iso is not { N: { } n, Loss: { } loss })
        {
            return new(iso.Flops, points, [], null, []);
        }

        var parabola = Approaches.Parabola.Through([.. runs.Select(r => Math.Log(r.N))], [.. runs.Select(r => r.Loss)]);
        return new(
            iso.Flops,
            points,
            [.. Axis.Between(runs[0].N, runs[^1].N, 41).Select(x => new PlotPoint(x, parabola.At(Math.Log(x))))],
            new(n, loss),
            [.. runs.Select(r => new PlotPoint(r.N, 100 * ((r.Loss / parabola.At(Math.Log(r.N))) - 1)))]);
    }

    // About six lines of key, evenly over the budgets.
    private IEnumerable<IsoFlopSlice> Key() => Slices.Count <= 7 ? Slices : Enumerable.Range(0, 6).Select(i => Slices[i * (Slices.Count - 1) / 5]);

    private static double Rounded(double flops) => double.Parse(flops.ToString("E1", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
