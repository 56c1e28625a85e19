using System.Globalization;
using System.Text;
using ScaleLab.Analysis.Figures;
using ScaleLab.Tests;

namespace ScaleLab.Analysis.Tests.Figures;

/// <summary>What is plotted is golden; how Skia writes it down is not.</summary>
public sealed class PlottedDataTests
{
    [Fact]
    public void The_synthetic_sweep_plots_what_was_accepted()
    {
        var text = new StringBuilder();
        var loss = LossAgainstCompute.From(SyntheticSweep.Observations, SyntheticSweep.Curves, SyntheticSweep.TrunkSizes);
        foreach (var curve in loss.Curves)
        {
            Line(text, $"curve {curve.Run} of {Number(curve.N)}", curve.Points);
        }

        foreach (var point in loss.Annealed)
        {
            Line(text, $"annealed {point.Run} of {Number(point.N)}", [point.At]);
        }

        Line(text, "envelope", loss.Envelope);
        var contours = LossContours.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, "tokens");
        foreach (var contour in contours.Contours)
        {
            Line(text, $"contour {Number(contour.Level)}", contour.Points);
        }

        Line(text, "frontier", contours.Frontier);
        Line(text, "frontier beyond", contours.Beyond);
        Line(text, "frontier marks", contours.Marks.Select(m => m.At));
        var optimal = ComputeOptimal.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, "tokens");
        foreach (var side in new[] { optimal.Parameters!, optimal.Data! })
        {
            text.Append(side.Exponent.Replace('\n', ' ')).Append('\n');
            Line(text, "inside", side.Inside.Select(p => new PlotPoint(p.Flops, p.Value)));
            Line(text, "beyond", side.Beyond.Select(p => new PlotPoint(p.Flops, p.Value)));
            Line(text, "band", side.Inside.Concat(side.Beyond).Select(p => new PlotPoint(p.Low, p.High)));
        }

        var parity = Parity.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, "tokens");
        Line(text, "parity", parity.Points.Select(p => new PlotPoint(p.Predicted, p.Observed)));
        Golden.Check("synthetic-sweep.txt", text.ToString());
    }

    private static void Line(StringBuilder text, string name, IEnumerable<PlotPoint> points) =>
        text.Append(name).Append(": ").AppendJoin(' ', points.Select(p => $"{Number(p.X)},{Number(p.Y)}")).Append('\n');

    // Mathematical functions differ in the last bits between processors.
    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
