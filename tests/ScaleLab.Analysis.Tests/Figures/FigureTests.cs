using CsCheck;
using ScaleLab.Analysis.Comparing;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Quality;

namespace ScaleLab.Analysis.Tests.Figures;

public sealed class FigureTests
{
    private static readonly IReadOnlyList<Observation> Runs = SyntheticSweep.Observations;

    [Fact]
    public void No_cheaper_or_equal_point_lies_below_the_envelope() =>
        Gen.Select(Gen.Double[1, 100], Gen.Double[1, 10]).Select((x, y) => new PlotPoint(x, y)).List[1, 30].Sample(points =>
        {
            var envelope = LossAgainstCompute.LowerEnvelope(points);
            Assert.All(points, p => Assert.Contains(envelope, e => e.X <= p.X && e.Y <= p.Y));
            Assert.All(envelope.Zip(envelope.Skip(1)), pair => Assert.True(pair.Second.X >= pair.First.X && pair.Second.Y < pair.First.Y));
        });

    [Fact]
    public void A_trunk_is_drawn_with_its_planned_size_and_a_stranger_is_not_drawn()
    {
        var stranger = SyntheticSweep.Curves[0] with { RunKey = "another-sweep" };
        var figure = LossAgainstCompute.From(SyntheticSweep.Fit(), Runs, [.. SyntheticSweep.Curves, stranger], SyntheticSweep.TrunkSizes);
        Assert.Equal(15_104, figure.Curves.Single(c => c.Run == "lm-n15k-trunk").N);
        Assert.DoesNotContain(figure.Curves, c => c.Run == "another-sweep");
    }

    [Fact]
    public void A_point_in_the_middle_of_a_schedule_is_not_annealed()
    {
        var figure = LossAgainstCompute.From(SyntheticSweep.Fit(), [.. Runs, Runs[0] with { Run = "early", Loss = 1, Annealed = false }], [], SyntheticSweep.TrunkSizes);
        Assert.DoesNotContain(figure.Annealed, a => a.Run == "early");
        Assert.DoesNotContain(figure.Envelope, p => p.Y == 1);
    }

    [Fact]
    public void A_long_curve_is_thinned_and_keeps_its_ends_and_its_mean()
    {
        var curve = Enumerable.Range(1, 10_000).Select(i => new PlotPoint(i * 1e9, 3 + (i % 2 == 0 ? .5 : -.5))).ToList();
        var thin = LossAgainstCompute.Thin(curve);
        Assert.InRange(thin.Count, 80, 120);
        Assert.Equal(1e9, thin[0].X, 1);
        Assert.Equal(1e13, thin[^1].X, 2e11);
        Assert.All(thin.Skip(60).SkipLast(1), p => Assert.Equal(Math.Sqrt(2.5 * 3.5), p.Y, .1));
    }

    [Fact]
    public void The_law_has_the_contours_level_at_each_of_its_points()
    {
        var figure = LossContours.From(SyntheticSweep.Fit(), Runs, "tokens");
        Assert.InRange(figure.Contours.Count, 5, 20);
        Assert.All(figure.Contours, c => Assert.All(c.Points, p => Assert.Equal(c.Level, SyntheticSweep.Truth.Loss(p.X, p.Y), 1e-9)));
    }

    [Fact]
    public void Along_a_budget_the_loss_is_least_on_the_drawn_frontier()
    {
        var figure = LossContours.From(SyntheticSweep.Fit(), Runs, "tokens");
        Assert.All(figure.Frontier.Concat(figure.Beyond), p =>
        {
            Assert.True(SyntheticSweep.Truth.Loss(p.X, p.Y) < SyntheticSweep.Truth.Loss(p.X * 1.01, p.Y / 1.01));
            Assert.True(SyntheticSweep.Truth.Loss(p.X, p.Y) < SyntheticSweep.Truth.Loss(p.X / 1.01, p.Y * 1.01));
        });
    }

    [Fact]
    public void Solid_ends_and_dashed_begins_at_the_largest_compute_of_the_data()
    {
        var side = ComputeOptimal.From(SyntheticSweep.Fit(), Runs, "tokens").Parameters!.Line;
        Assert.Equal(Runs.Max(r => r.C), side.Inside[^1].Flops, 1);
        Assert.Equal(side.Inside[^1], side.Beyond[0]);
        Assert.Equal(10, side.Beyond[^1].Flops / side.Beyond[0].Flops, 1e-9);
        Assert.Equal(SyntheticSweep.Truth.Frontier()!.N(side.Beyond[^1].Flops), side.Beyond[^1].Value, 1e-6);
    }

    [Fact]
    public void The_band_holds_the_given_share_of_the_draws()
    {
        var fit = SyntheticSweep.Fit();
        var point = ComputeOptimal.From(fit, Runs, "tokens").Data!.Line.Beyond[^1];
        var inside = fit.Draws.Count(d => d.Frontier()!.D(point.Flops) >= point.Low && d.Frontier()!.D(point.Flops) <= point.High);
        Assert.InRange(inside / (double)fit.Draws.Count, .94, .96);
    }

    [Fact]
    public void Without_draws_there_is_no_band_and_the_figure_says_why()
    {
        var figure = ComputeOptimal.From(SyntheticSweep.Fit(intervals: false), Runs, "tokens");
        Assert.All(figure.Parameters!.Line.Inside, p => Assert.True(double.IsNaN(p.Low) && double.IsNaN(p.High)));
        Assert.Equal("No band: 4 clusters (trunk+seed) are too few for a bootstrap; 6 are needed.", figure.Note);
        Assert.EndsWith("no interval", figure.Parameters.Exponent);
        Assert.Contains(figure.Note, figure.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void The_label_holds_exponent_interval_and_level() =>
        Assert.Equal("N* ~ Cᵃ,  a = 0.521\n[0.480, 0.560] at 95 %", ComputeOptimal.From(SyntheticSweep.Fit(), Runs, "tokens").Parameters!.Exponent);

    [Fact]
    public void A_refused_fit_draws_no_law_anywhere_and_says_why()
    {
        var fit = SyntheticSweep.Refused;
        var (loss, contours) = (LossAgainstCompute.From(fit, Runs, [], SyntheticSweep.TrunkSizes), LossContours.From(fit, Runs, "tokens"));
        var optimal = ComputeOptimal.From(fit, Runs, "tokens");
        var parity = Parity.From(fit, Runs, "tokens");
        Assert.Empty(contours.Contours);
        Assert.Empty(contours.Frontier);
        Assert.Null(optimal.Parameters);
        Assert.Empty(parity.Points);
        Assert.Null(loss.Optimal);
        Figure[] without = [optimal, parity, Profiles.From(Table(Runs), fit), BootstrapCloud.From(fit), HoldoutErrors.From(new(Table(Runs), fit, []))];
        Assert.All([loss, contours, .. without], f => Assert.StartsWith("No law: 3 observations cannot carry 5 parameters", f.Note));
        Assert.All(without, f => Assert.True(f.IsEmpty, f.Name));
        Assert.Contains("aria-label=\"No law: 3 observations", contours.Draw(new()).Svg("x", "t"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_law_without_a_frontier_still_has_contours()
    {
        var fit = SyntheticSweep.Fit() with { Frontier = null, Diagnostics = new() { Reason = "A = 0 lies at the border" } };
        var figure = LossContours.From(fit, Runs, "tokens");
        Assert.NotEmpty(figure.Contours);
        Assert.Equal("No frontier: A = 0 lies at the border.", figure.Note);
    }

    [Fact]
    public void Grey_ends_where_orange_tells_the_least_loss_of_the_law()
    {
        var line = LossAgainstCompute.From(SyntheticSweep.Fit(), Runs, [], SyntheticSweep.TrunkSizes).Optimal!;
        Assert.All(line.All, p => Assert.Equal(SyntheticSweep.Truth.Frontier()!.Loss(p.Flops), p.Value, 1e-12));
        Assert.Equal((Runs.Min(r => r.C), Runs.Max(r => r.C)), (line.Inside[0].Flops, line.Inside[^1].Flops), Close);
    }

    [Fact]
    public void A_parabola_has_its_runs_minimum_and_residuals_at_every_budget()
    {
        var runs = IsoFlops();
        var figure = IsoFlopParabolas.From(runs);
        Assert.Equal(3, figure.Slices.Count);
        Assert.All(figure.Slices, s =>
        {
            Assert.Equal(5, s.Runs.Count);
            Assert.Equal(s.Parabola.Min(p => p.Y), s.Minimum!.Value.Y, 1e-4);
            Assert.All(s.Residuals.Zip(s.Runs), p => Assert.Equal(p.First.X, p.Second.X));

            // Residuals of least squares add up to nothing, in loss; in percent nearly.
            Assert.Equal(0, s.Residuals.Average(r => r.Y), .01);
        });
        Assert.Equal(figure.Slices.Select(s => s.Minimum!.Value.X), ComputeOptimal.From(SyntheticSweep.Fit(), runs, "tokens").Parameters!.Minima.Select(m => m.Y));
        Assert.True(IsoFlopParabolas.From([.. Runs.DistinctBy(r => r.C)]).IsEmpty);
    }

    [Fact]
    public void The_ellipse_holds_its_share_of_the_draws()
    {
        var cloud = BootstrapCloud.From(SyntheticSweep.Fit());
        using var inside = new SkiaSharp.SKPath();
        inside.AddPoly([.. cloud.Ellipse.Select(p => new SkiaSharp.SKPoint((float)(1e4 * p.X), (float)(1e4 * p.Y)))]);
        Assert.InRange(cloud.Draws.Count(d => inside.Contains((float)(1e4 * d.X), (float)(1e4 * d.Y))) / 200.0, .93, .96);
        Assert.Equal(new PlotPoint(.34, .37), cloud.Estimate);
        Assert.Equal("No bootstrap: 4 clusters (trunk+seed) are too few for a bootstrap; 6 are needed.", BootstrapCloud.From(SyntheticSweep.Fit(intervals: false)).Note);
    }

    [Fact]
    public void A_held_out_run_lies_beyond_what_was_fitted_and_an_exact_law_misses_none()
    {
        var exact = Table([.. Runs.Select(r => r with { Loss = SyntheticSweep.Truth.Loss(r.N, r.D) })]);
        var figure = HoldoutErrors.From(new(exact, SyntheticSweep.Fit(), []));
        Assert.Equal([8, 10, 11, 13], figure.Folds.Select(f => f.Train));
        Assert.All(figure.Folds.SelectMany(f => f.Errors), e => Assert.True(e.X >= 1 && Math.Abs(e.Y) < 1e-4, $"{e}"));
        Assert.Contains(figure.Means, m => m.Law == "power" && m.Means.All(p => p.Y > .01));
    }

    [Theory]
    [InlineData(FigureSize.Column, FigureStyle.Screen, 420, 840, 315)]
    [InlineData(FigureSize.Page, FigureStyle.Screen, 860, 1720, 645)]
    [InlineData(FigureSize.Column, FigureStyle.Paper, 312, 975, 234)]
    [InlineData(FigureSize.Page, FigureStyle.Paper, 647.4, 2023, 485.55)]
    public void A_figure_is_as_wide_as_a_column_or_a_page_in_every_format(FigureSize size, FigureStyle style, double svg, int png, double pdf)
    {
        var sheet = Parity.From(SyntheticSweep.Fit(), Runs, "tokens").Draw(new(size, style));
        Assert.Contains(FormattableString.Invariant($" width=\"{svg}\" "), sheet.Svg("x", "t"), StringComparison.Ordinal);
        using var picture = SkiaSharp.SKBitmap.Decode(sheet.Png());
        Assert.Equal(png, picture.Width);
        var box = System.Text.RegularExpressions.Regex.Match(System.Text.Encoding.Latin1.GetString(sheet.Pdf("t")), @"/MediaBox \[0 0 ([\d.]+)");
        Assert.Equal(pdf, double.Parse(box.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), .2);
    }

    [Fact]
    public void A_residual_is_percent_above_the_law() =>
        Assert.Equal(5, new ParityPoint("r", 1, 1, Observed: 2.1, Predicted: 2).Residual, 1e-9);

    [Fact]
    public void A_sweep_that_makes_twice_as_much_of_everything_has_twice_the_effective_compute()
    {
        var figure = EqualLoss.From(Pair(bootstrap: 100), Comparison(), 1);
        Assert.All(figure.Ratio!.All, p =>
        {
            Assert.Equal(2, p.Value, 1e-3);
            Assert.InRange(2, p.Low - 1e-3, p.High + 1e-3);
        });
        Assert.Equal(["base", "better"], figure.Laws.Select(l => l.Name));
        Assert.All(figure.Laws, l => Assert.True(l.Line.HasBand));

        // Dashed where the second's law would have to reach losses that none of its runs has.
        Assert.Equal(figure.Ratio.Inside[^1].Flops, figure.Ratio.Beyond[0].Flops);
        Assert.True(figure.Ratio.Inside[^1].Flops <= figure.Laws[0].Runs[^1].X * (1 + 1e-9));
        Assert.Contains("No band: no bootstrap was asked for.", EqualLoss.From(Pair(bootstrap: 0), Comparison(), 1).Caption, StringComparison.Ordinal);
    }

    internal static SweepPair Pair(int bootstrap)
    {
        IReadOnlyList<Observation> one = [.. Runs.Select(r => r with { Cluster = null, C = 6 * r.N * r.D })];
        return SweepPair.Of(Table(one), Table([.. one.Select(Better)]), new() { Bootstrap = bootstrap });
    }

    internal static MethodComparison Comparison()
    {
        ComparedSweep Sweep(string name, Func<Observation, Observation> of) => new(name, [.. Runs.Select(r => of(r with { C = 6 * r.N * r.D })).OrderBy(r => r.C).Select(r => (r.C, r.Loss, (double?)null))], null, []);
        return new("val_loss", [], [Sweep("base", r => r), Sweep("better", Better)]);
    }

    private static Observation Better(Observation r) => r with { N = r.N / Math.Sqrt(2), D = r.D / Math.Sqrt(2), C = r.C / 2 };

    private static ObservationTable Table(IReadOnlyList<Observation> runs) => new("results.csv", runs, [], "trunk+seed");

    // Five sizes around the optimum of each budget.
    internal static IReadOnlyList<Observation> IsoFlops() =>
    [
        .. from flops in (double[])[1e12, 1e13, 1e14]
           from i in Enumerable.Range(-2, 5)
           let n = Math.Round(SyntheticSweep.Truth.Frontier()!.N(flops) * Math.Pow(2, i))
           select new Observation($"c{flops:e0}-{i}", n, flops / (6 * n), flops, SyntheticSweep.Truth.Loss(n, flops / (6 * n)) * (1 + (.002 * Math.Sin(i * flops)))),
    ];

    private static bool Close((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) < 1e-6 * a.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6 * a.Item2;
}
