using System.Globalization;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Figures;

/// <summary>A law fitted to the runs of least compute, and what it misses the others by.</summary>
/// <param name="Train">How many runs it was fitted to.</param>
/// <param name="Errors">Compute of a held-out run over the largest of the fit, and percent by which its loss lies above the prediction; by compute.</param>
public sealed record HeldOut(int Train, IReadOnlyList<PlotPoint> Errors);

/// <summary>How laws extrapolate: each is fitted to the runs of least compute and predicts those above.</summary>
/// <param name="Law">Of the sweep.</param>
/// <param name="Folds">Of that law, from few runs to many.</param>
/// <param name="Means">By law: compute of the largest run fitted to, and mean error in percent on the runs above.</param>
public sealed record HoldoutErrors(string Law, IReadOnlyList<HeldOut> Folds, IReadOnlyList<(string Law, IReadOnlyList<PlotPoint> Means)> Means) : Figure
{
    public override string Name => "holdout-errors";

    public override string Title => "Errors beyond what was fitted";

    public override string Caption =>
        $"Laws fitted to the runs of least compute and held against those above. Percent by which the loss of a held-out run lies above the law {Law}, against its compute over that of the largest run fitted to, by how many runs were fitted; and the mean error of each law against the compute it has seen.";

    public override bool IsEmpty => Folds.Count == 0;

    public static HoldoutErrors From(SweepAnalysis analysis)
    {
        var law = analysis.Fit.Surface?.Law;
        var choice = analysis.Choice;
        if (law is null || choice.Folds.Count == 0)
        {
            return new("", [], []) { Note = law is null ? Refusal(analysis.Fit) : "Too few runs at too few levels of compute to hold some out." };
        }

        // An average is not fitted itself; its additive half stands for it.
        if (law is Laws.AverageLaw)
        {
            law = Laws.AverageLaw.Additive;
        }

        var names = choice.Folds.SelectMany(f => f.Errors.Keys).Distinct();
        return new(
            law.Name,
            [.. LawChoice.HeldOut(analysis.Table, law, FitOptions.As(analysis.Fit)).Select(fold => new HeldOut(fold.Train, [.. fold.Errors.Select(e => new PlotPoint(e.Compute, e.Error))]))],
            [.. names.Select(name => (name, (IReadOnlyList<PlotPoint>)[.. choice.Folds.Where(f => f.Errors.ContainsKey(name)).Select(f => new PlotPoint(f.TrainCompute, 100 * f.Errors[name]))]))]);
    }

    internal override Sheet Draw(Look look)
    {
        var points = Folds.SelectMany(f => f.Errors).ToList();
        var runs = new Panel(Axis.Multiple("Compute / largest fitted", [1, .. points.Select(p => p.X)]), Axis.Percent("Error (%)", points.Select(p => p.Y)));
        runs.Zero();
        var (first, last) = (Folds[0].Train, Folds[^1].Train);
        foreach (var fold in Folds)
        {
            var colour = Palette.Ordered(fold.Train, first, last);
            runs.Markers(fold.Errors, colour, 5);
        }

        runs.Key(Folds.Select(f => ($"fitted to {f.Train.ToString(CultureInfo.InvariantCulture)} runs", Palette.Ordered(f.Train, first, last))));
        var means = Means.SelectMany(m => m.Means).ToList();
        var laws = new Panel(Axis.Compute(means.Select(p => p.X)) with { Label = "Largest fitted compute (FLOP)" }, Axis.Value("Mean error (%)", means.Select(p => p.Y)));
        foreach (var (i, (_, line)) in Means.Index())
        {
            // Smaller and smaller: laws that come to the same stay visible in one another.
            laws.Line(line, Palette.Category(i), 2.4f - (.4f * i));
            laws.Markers(line, Palette.Category(i), 10 - (1.2f * i), shape: Palette.Shape(i));
        }

        laws.Key(Means.Select((m, i) => (m.Law, Palette.Category(i), Palette.Shape(i))));
        return new Sheet(look).Panels(look.IsPage ? 330 : 270, runs, laws);
    }
}
