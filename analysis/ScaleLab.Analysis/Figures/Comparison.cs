using ScaleLab.Analysis.Quality;

namespace ScaleLab.Analysis.Figures;

/// <summary>Sweeps side by side: a measure against compute, a panel for each measure.</summary>
public sealed record Comparison(IReadOnlyList<MethodComparison> Measures) : Figure
{
    public override string Name => "comparison";

    public override string Title => "Methods at equal compute";

    public override string Caption =>
        "Every run (marks) and the best for each amount of compute (lines). Dashed: encoders that were not trained.";

    public override IReadOnlyList<string> Files => [];

    public override bool IsEmpty => Measures.Count == 0;

    internal override Sheet Draw(Look look)
    {
        var panels = new List<Panel>();
        foreach (var (i, measure) in Measures.Index())
        {
            var points = measure.Sweeps.SelectMany(s => s.Points).ToList();
            var values = points.Select(p => p.Value).Concat(measure.Sweeps.Select(s => s.Random).OfType<double>()).ToList();
            var margin = 0.05 * Math.Max(values.Max() - values.Min(), 1e-3);
            var panel = new Panel(Axis.Compute(points.Select(p => p.C)), Axis.Linear(Label(measure.Column), values.Min() - margin, values.Max() + margin));
            foreach (var (s, sweep) in measure.Sweeps.Index())
            {
                var (colour, shape) = (Palette.Category(s), Palette.Shape(s));
                var runs = Runs(sweep);
                panel.Markers(runs, colour.WithAlpha(.7), 5, shape: shape);
                panel.Line(Best(sweep), colour);
                if (sweep.Random is { } random)
                {
                    panel.Line([new(runs[0].X, random), new(runs[^1].X, random)], colour.WithAlpha(.6), 1, dashed: true);
                }
            }

            if (i == 0)
            {
                panel.Key(measure.Sweeps.Select((s, n) => (s.Name, Palette.Category(n), Palette.Shape(n))));
            }

            panels.Add(panel);
        }

        return new Sheet(look).Panels(look.IsPage ? 330 : 290, panels);
    }

    /// <summary>FLOP and measure.</summary>
    internal static IReadOnlyList<PlotPoint> Runs(ComparedSweep sweep) => [.. sweep.Points.Select(p => new PlotPoint(p.C, p.Value))];

    /// <summary>Through the best for each amount of compute.</summary>
    internal static IEnumerable<PlotPoint> Best(ComparedSweep sweep) => LossAgainstCompute.Joined(LossAgainstCompute.LowerEnvelope(Runs(sweep)));

    internal static string Label(string column) => column switch
    {
        "probe_error" => "Error of a linear probe",
        "knn_error" => "Error of nearest neighbours",
        _ => "Loss",
    };
}
