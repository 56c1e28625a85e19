using ScaleLab.Analysis.Comparing;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Quality;

namespace ScaleLab.Analysis.Figures;

/// <param name="Name">Of the sweep.</param>
/// <param name="Runs">FLOP, loss.</param>
/// <param name="Line">The least loss that its law predicts for each compute.</param>
public sealed record ComparedLaw(string Name, IReadOnlyList<PlotPoint> Runs, LawLine Line);

/// <summary>Two sweeps at equal loss: what each pays for it along its own compute-optimal line, and how much less compute the second needs.</summary>
/// <param name="Laws">The first, which is to be reached, and the second; empty when refused.</param>
/// <param name="Ratio">C of the first for each unit of the second's at equal loss, by C of the first.</param>
public sealed record EqualLoss(IReadOnlyList<ComparedLaw> Laws, LawLine? Ratio) : Figure
{
    public override string Name => $"effective-compute{Suffix}";

    public override string Title => "Effective compute";

    public override string Caption =>
        $"Runs of both sweeps and the least loss that each one's law predicts for its compute; and how many FLOPs {Laws[0].Name} takes for each of {Laws[1].Name} to the same loss, above 1 where {Laws[1].Name} needs less. Dashed beyond the runs of either{(Ratio!.HasBand ? ", with the band of a bootstrap of both." : $". {Note}")}";

    public override IReadOnlyList<string> Files => [];

    /// <summary>Tells several of one comparison apart.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Of the loss or probe that is compared.</summary>
    public string Measure { get; init; } = "Loss";

    public override bool IsEmpty => Ratio is null;

    /// <param name="pair">Both laws.</param>
    /// <param name="comparison">Of the first, whose losses are to be reached, and others.</param>
    /// <param name="other">Which of them is to reach them.</param>
    public static EqualLoss From(SweepPair pair, MethodComparison comparison, int other)
    {
        ComparedSweep[] sweeps = [comparison.Sweeps[0], comparison.Sweeps[other]];
        var suffix = (comparison.Column == "val_loss" ? "" : $"-{comparison.Column}") + (comparison.Sweeps.Count > 2 ? $"-{sweeps[1].Name}" : "");
        if (pair is not { One: { } first, Other: { } second })
        {
            return new([], null) { Suffix = suffix, Note = $"{pair.Refused}." };
        }

        ComparedLaw Law(ComparedSweep sweep, Frontier law, Func<(Frontier One, Frontier Other), Frontier> draw) => new(
            sweep.Name,
            [.. sweep.Points.Select(p => new PlotPoint(p.C, p.Value))],
            LawLine.Along(sweep.Points[0].C, sweep.Points[^1].C, law.Loss, c => pair.Draws.Select(d => draw(d).Loss(c)), pair.Options.Level));

        // Solid as far as neither extrapolates.
        var (from, to) = (sweeps[0].Points[0].C, sweeps[0].Points[^1].C);
        var inside = pair.Along(from, to, 33).Where(r => r.Extrapolation is null).ToList();
        return new(
            [Law(sweeps[0], first, d => d.One), Law(sweeps[1], second, d => d.Other)],
            new([.. inside.Select(At)], [.. pair.Along(inside.Count > 0 ? inside[^1].Flops : from, 10 * to, 17).Select(At)]))
        {
            Suffix = suffix,
            Measure = Comparison.Label(comparison.Column),
            Note = pair.NoIntervals is { } reason ? $"No band: {reason}." : "",
        };
    }

    private static LawPoint At(ComputeRatio ratio) => new(ratio.Flops, ratio.Ratio ?? double.NaN, ratio.Interval?.Low ?? double.NaN, ratio.Interval?.High ?? double.NaN);

    internal override Sheet Draw(Look look)
    {
        var losses = new Panel(
            Axis.Compute([.. Laws.SelectMany(l => l.Runs).Select(p => p.X), .. Laws.SelectMany(l => l.Line.Beyond).Select(p => p.Flops)]),
            Axis.Loss(Measure, [.. Laws.SelectMany(l => l.Runs).Select(p => p.Y), .. Laws.SelectMany(l => l.Line.All).Select(p => p.Value)]));
        foreach (var (i, law) in Laws.Index())
        {
            law.Line.Draw(losses, Palette.Category(i));
            losses.Markers(law.Runs, Palette.Category(i), 5, shape: Palette.Shape(i));
        }

        losses.Key(Laws.Select((l, i) => (l.Name, Palette.Category(i), Palette.Shape(i))));
        var known = Ratio!.All.Where(p => p.Value > 0).DefaultIfEmpty(new(Laws[0].Runs[0].X, 1, double.NaN, double.NaN)).ToList();
        var (low, high) = (known.Min(p => p.Value) / 2, known.Max(p => p.Value) * 2);
        var ratio = new Panel(
            Axis.Compute(known.Select(p => p.Flops)) with { Label = $"Compute of {Laws[0].Name} (FLOP)" },
            Axis.Multiple("Compute ratio", [1, .. known.SelectMany(p => new[] { p.Value, p.Low > low ? p.Low : p.Value, p.High < high ? p.High : p.Value })]));
        ratio.Line([new(ratio.X.Min, 1), new(ratio.X.Max, 1)], Palette.Muted, 1);
        Ratio.Draw(ratio, Palette.Green);
        ratio.Aside(Wrap(Note, 40));
        return new Sheet(look).Panels(look.IsPage ? 330 : 270, losses, ratio);
    }
}
