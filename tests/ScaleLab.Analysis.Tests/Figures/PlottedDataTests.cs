using System.Globalization;
using System.Text;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Emergence;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Analysis.Quality;
using ScaleLab.Analysis.Tests.Quality;
using ScaleLab.Contracts.Tables;
using ScaleLab.Tests;

namespace ScaleLab.Analysis.Tests.Figures;

/// <summary>What is plotted is golden; how Skia writes it down is not.</summary>
public sealed class PlottedDataTests
{
    [Fact]
    public void The_synthetic_sweep_plots_what_was_accepted()
    {
        var text = new StringBuilder();
        var loss = LossAgainstCompute.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, SyntheticSweep.Curves, SyntheticSweep.TrunkSizes);
        foreach (var curve in loss.Curves)
        {
            Line(text, $"curve {curve.Run} of {Number(curve.N)}", curve.Points);
        }

        foreach (var point in loss.Annealed)
        {
            Line(text, $"annealed {point.Run} of {Number(point.N)}", [point.At]);
        }

        Line(text, "envelope", loss.Envelope);
        Lines(text, "least loss of the law", loss.Optimal!);
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
            Lines(text, "line", side.Line);
        }

        var parity = Parity.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, "tokens");
        Line(text, "parity", parity.Points.Select(p => new PlotPoint(p.Predicted, p.Observed)));
        var table = new ObservationTable("results.csv", SyntheticSweep.Observations, [], "trunk+seed");
        foreach (var curve in Profiles.From(table, ParametricFit.Run(table, new ChinchillaLaw(), new() { Bootstrap = 0 })).Curves)
        {
            // Each point is a fit of its own.
            text.Append(Coarse(curve.Estimate)).Append(" [").Append(Coarse(curve.Low)).Append(", ").Append(Coarse(curve.High)).Append("] at ").Append(Coarse(curve.Limit)).Append('\n');
            text.Append($"profile of {curve.Parameter}: ").AppendJoin(' ', curve.Points.Select(p => $"{Coarse(p.Value)},{Math.Round(p.Deviance, 2).ToString(CultureInfo.InvariantCulture)}")).Append('\n');
        }

        var cloud = BootstrapCloud.From(SyntheticSweep.Fit());
        Line(text, "cloud", cloud.Draws);
        Line(text, "ellipse", cloud.Ellipse);
        var holdout = HoldoutErrors.From(new(table, SyntheticSweep.Fit(), []));
        foreach (var fold in holdout.Folds)
        {
            text.Append(CultureInfo.InvariantCulture, $"held out by {fold.Train} runs: ").AppendJoin(' ', fold.Errors.Select(e => $"{Coarse(e.X)},{Coarse(e.Y)}")).Append('\n');
        }

        foreach (var (law, means) in holdout.Means)
        {
            text.Append($"mean error of {law}: ").AppendJoin(' ', means.Select(e => $"{Coarse(e.X)},{Coarse(e.Y)}")).Append('\n');
        }

        foreach (var slice in IsoFlopParabolas.From(FigureTests.IsoFlops()).Slices)
        {
            Line(text, $"budget {Number(slice.Flops)}", slice.Runs);
            Line(text, "parabola", [slice.Minimum!.Value, .. slice.Parabola]);
            Line(text, "residuals", slice.Residuals.Select(r => new PlotPoint(r.X, Math.Round(r.Y, 5))));
        }

        var equal = EqualLoss.From(FigureTests.Pair(bootstrap: 0), FigureTests.Comparison(), 1);
        foreach (var law in equal.Laws)
        {
            Line(text, $"runs of {law.Name}", law.Runs);
            text.Append($"least loss of {law.Name}: ").AppendJoin(' ', law.Line.All.Select(p => $"{Coarse(p.Flops)},{Coarse(p.Value)}")).Append('\n');
        }

        text.Append("effective compute: ").AppendJoin(' ', equal.Ratio!.All.Select(p => $"{Coarse(p.Flops)},{Math.Round(p.Value, 3).ToString(CultureInfo.InvariantCulture)}")).Append('\n');
        Golden.Check("synthetic-sweep.txt", text.ToString());
    }

    [Fact]
    public void Methods_side_by_side_and_metrics_with_their_controls_plot_what_was_accepted()
    {
        var text = new StringBuilder();
        ResultRow[] Sweep(string model, double least) => [.. from i in Enumerable.Range(0, 5) select VisionRow.At(Math.Pow(10, 9 + (i / 2.0)), least + (1.0 / (1 + (i == 2 ? 0 : i))), model) with { ProbeErrorRandom = .8 }];
        foreach (var sweep in MethodComparison.Of([Sweep("mae", .2), Sweep("dino", .1)], "probe_error").Sweeps)
        {
            Line(text, $"runs of {sweep.Name}", Comparison.Runs(sweep));
            Line(text, $"best of {sweep.Name}", Comparison.Best(sweep));
            text.Append($"untrained {sweep.Name}: {Number(sweep.Random!.Value)}\n");
        }

        ResultRow[] heads = [.. from r in SyntheticSweep.Rows from seed in (int[])[0, 1] select r with { Seed = seed, PrefixMatching = (Math.Log10(r.C) / 20) + (.01 * seed), PrefixMatchingRandom = .01 * (1 + seed) }];
        var curve = EmergenceAnalysis.Of(heads).Families.Single().Curves.Single();
        foreach (var axis in Enum.GetValues<ScaleAxis>())
        {
            foreach (var (by, points) in EmergenceCurves.Lines(curve, axis))
            {
                Line(text, $"{curve.Metric.Column} against {axis} of {Number(by)}", points);
            }

            Line(text, $"{curve.Metric.Controls[0].Name} against {axis}", EmergenceCurves.Means(curve, axis, curve.Metric.Controls[0]));
        }

        Golden.Check("methods-and-metrics.txt", text.ToString());
    }

    private static void Lines(StringBuilder text, string name, LawLine line)
    {
        Line(text, $"{name} inside", line.Inside.Select(p => new PlotPoint(p.Flops, p.Value)));
        Line(text, $"{name} beyond", line.Beyond.Select(p => new PlotPoint(p.Flops, p.Value)));
        Line(text, $"{name} band", line.All.Select(p => new PlotPoint(p.Low, p.High)));
    }

    private static string Coarse(double? value) => value is { } v ? v.ToString("G4", CultureInfo.InvariantCulture) : "open";

    private static void Line(StringBuilder text, string name, IEnumerable<PlotPoint> points) =>
        text.Append(name).Append(": ").AppendJoin(' ', points.Select(p => $"{Number(p.X)},{Number(p.Y)}")).Append('\n');

    // Mathematical functions differ in the last bits between processors.
    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
