using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts.Text;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <param name="Run">Its key.</param>
/// <param name="N">Parameters.</param>
/// <param name="D">Data.</param>
/// <param name="Observed">Loss.</param>
/// <param name="Predicted">Loss.</param>
public sealed record ParityPoint(string Run, double N, double D, double Observed, double Predicted)
{
    /// <summary>Percent by which the observed loss lies above the law.</summary>
    public double Residual => 100 * ((Observed / Predicted) - 1);
}

/// <summary>Predicted against observed loss, and what is left over against N and D: a pattern there is what the law cannot say.</summary>
/// <param name="Unit">Of data: tokens, images, clips.</param>
/// <param name="Points">One per observation, by N and D; empty where there is no fit.</param>
public sealed record Parity(string Unit, IReadOnlyList<ParityPoint> Points) : Figure
{
    public override string Name => "parity";

    public override string Title => "Predicted and observed loss";

    public override string Caption => Points.Count == 0
        ? Note
        : "Observed loss against the law's prediction (line: equal), coloured by model size, and the residuals in percent against parameters and data. A pattern in the residuals is structure that the law does not describe.";

    public static Parity From(Fit fit, IReadOnlyList<Observation> observations, string unit) =>
        fit.Surface is not { } surface || observations.Count == 0
            ? new(unit, []) { Note = Refusal(fit) }
            : new(unit, [.. observations.OrderBy(o => o.N).ThenBy(o => o.D).Select(o => new ParityPoint(o.Run, o.N, o.D, o.Loss, surface.Loss(o.Scale)))]);

    internal override Sheet Draw()
    {
        if (Points.Count == 0)
        {
            return Empty(Axis.Loss("Predicted loss", []), Axis.Loss("Observed loss", []));
        }

        var sheet = new Sheet(420, 520);
        var losses = Points.SelectMany(p => new[] { p.Observed, p.Predicted }).ToList();
        var parity = new Panel(Axis.Loss("Predicted loss", losses), Axis.Loss("Observed loss", losses));
        parity.Line([new(parity.X.Min, parity.X.Min), new(parity.X.Max, parity.X.Max)], Palette.Muted, 1);
        var sizes = Points.Select(p => p.N).Distinct().Order().ToList();
        var worst = Points.Select(p => Math.Abs(p.Residual)).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        var percent = Axis.Linear("Residual (%)", -1.15 * Math.Max(worst, 1e-6), 1.15 * Math.Max(worst, 1e-6));
        var byN = new Panel(Axis.Parameters(Points.Select(p => p.N)), percent);
        var byD = new Panel(Axis.Data(Unit, Points.Select(p => p.D)), percent);
        foreach (var panel in new[] { byN, byD })
        {
            panel.Line([new(panel.X.Min, 0), new(panel.X.Max, 0)], Palette.Muted, 1);
        }

        foreach (var group in Points.GroupBy(p => p.N))
        {
            var color = Palette.Ordered(group.Key, sizes[0], sizes[^1]);
            parity.Markers(group.Select(p => new PlotPoint(p.Predicted, p.Observed)), color);
            byN.Markers(group.Select(p => new PlotPoint(p.N, p.Residual)), color, 5);
            byD.Markers(group.Select(p => new PlotPoint(p.D, p.Residual)), color, 5);
        }

        parity.Key(LossAgainstCompute.Key(sizes).Select(n => ($"{Quantity.Format(n)} parameters", Palette.Ordered(n, sizes[0], sizes[^1]))), Alignment.UpperLeft);
        sheet.Add(parity, 0, 0, 1, .58);
        sheet.Add(byN, 0, .58, .5, 1);
        sheet.Add(byD, .5, .58, 1, 1);
        return sheet;
    }
}
