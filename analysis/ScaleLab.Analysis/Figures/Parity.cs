using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;

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

    public override bool IsEmpty => Points.Count == 0;

    internal override Sheet Draw(Look look)
    {
        var losses = Points.SelectMany(p => new[] { p.Observed, p.Predicted }).ToList();
        var parity = new Panel(Axis.Loss("Predicted loss", losses), Axis.Loss("Observed loss", losses));
        parity.Line([new(parity.X.Min, parity.X.Min), new(parity.X.Max, parity.X.Max)], Palette.Muted, 1);
        var sizes = new Sizes(Points.Select(p => p.N));
        var percent = Axis.Percent("Residual (%)", Points.Select(p => p.Residual));
        var byN = new Panel(Axis.Parameters(Points.Select(p => p.N)), percent);
        var byD = new Panel(Axis.Data(Unit, Points.Select(p => p.D)), percent);
        byN.Zero();
        byD.Zero();

        foreach (var group in Points.GroupBy(p => p.N))
        {
            var color = sizes.Colour(group.Key);
            parity.Markers(group.Select(p => new PlotPoint(p.Predicted, p.Observed)), color);
            byN.Markers(group.Select(p => new PlotPoint(p.N, p.Residual)), color, 5);
            byD.Markers(group.Select(p => new PlotPoint(p.D, p.Residual)), color, 5);
        }

        parity.Key(sizes.Key());
        return look.IsPage ? new Sheet(look).Row(290, parity, byN, byD) : new Sheet(look).Row(310, parity).Row(220, byN, byD);
    }
}
