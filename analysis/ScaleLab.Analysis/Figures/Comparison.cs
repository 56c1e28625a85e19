using ScaleLab.Analysis.Quality;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>Sweeps side by side: a measure against compute, a panel for each measure.</summary>
public sealed record Comparison(IReadOnlyList<MethodComparison> Measures) : Figure
{
    private static readonly Color[] Colours =
        [Palette.Blue, Palette.Vermillion, Palette.Green, Color.FromHex("#cc79a7"), Color.FromHex("#e69f00"), Color.FromHex("#56b4e9"), Palette.Ink];

    private static readonly MarkerShape[] Shapes = [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp];

    public override string Name => "comparison";

    public override string Title => "Methods at equal compute";

    public override string Caption =>
        "Every run (marks) and the best for each amount of compute (lines). Dashed: encoders that were not trained.";

    public override IReadOnlyList<string> Files => [];

    internal override Sheet Draw()
    {
        var sheet = new Sheet(360 * Measures.Count, 320);
        foreach (var (i, measure) in Measures.Index())
        {
            var points = measure.Sweeps.SelectMany(s => s.Points).ToList();
            var values = points.Select(p => p.Value).Concat(measure.Sweeps.Select(s => s.Random).OfType<double>()).ToList();
            var margin = 0.05 * Math.Max(values.Max() - values.Min(), 1e-3);
            var panel = new Panel(Axis.Compute(points.Select(p => p.C)), Axis.Linear(Label(measure.Column), values.Min() - margin, values.Max() + margin));
            foreach (var (s, sweep) in measure.Sweeps.Index())
            {
                var (colour, shape) = (Colours[s % Colours.Length], Shapes[s / Colours.Length % Shapes.Length]);
                var runs = sweep.Points.Select(p => new PlotPoint(p.C, p.Value)).ToList();
                panel.Markers(runs, colour.WithAlpha(.7), 5, shape: shape);
                panel.Line(LossAgainstCompute.LowerEnvelope(runs), colour);
                if (sweep.Random is { } random)
                {
                    panel.Line([new(runs[0].X, random), new(runs[^1].X, random)], colour.WithAlpha(.6), 1, dashed: true);
                }
            }

            if (i == 0)
            {
                panel.Key(measure.Sweeps.Select((s, n) => (s.Name, Colours[n % Colours.Length])), Alignment.LowerLeft);
            }

            sheet.Add(panel, (double)i / Measures.Count, 0, (i + 1.0) / Measures.Count, 1);
        }

        return sheet;
    }

    private static string Label(string column) => column switch
    {
        "probe_error" => "Error of a linear probe",
        "knn_error" => "Error of nearest neighbours",
        _ => "Loss",
    };
}
