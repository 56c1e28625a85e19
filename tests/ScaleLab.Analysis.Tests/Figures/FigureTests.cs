using CsCheck;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Figures;

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
        var figure = LossAgainstCompute.From(Runs, [.. SyntheticSweep.Curves, stranger], SyntheticSweep.TrunkSizes);
        Assert.Equal(15_104, figure.Curves.Single(c => c.Run == "lm-n15k-trunk").N);
        Assert.DoesNotContain(figure.Curves, c => c.Run == "another-sweep");
    }

    [Fact]
    public void A_point_in_the_middle_of_a_schedule_is_not_annealed()
    {
        var figure = LossAgainstCompute.From([.. Runs, Runs[0] with { Run = "early", Loss = 1, Annealed = false }], [], SyntheticSweep.TrunkSizes);
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
        var side = ComputeOptimal.From(SyntheticSweep.Fit(), Runs, "tokens").Parameters!;
        Assert.Equal(Runs.Max(r => r.C), side.Inside[^1].Flops, 1);
        Assert.Equal(side.Inside[^1], side.Beyond[0]);
        Assert.Equal(10, side.Beyond[^1].Flops / side.Beyond[0].Flops, 1e-9);
        Assert.Equal(SyntheticSweep.Truth.Frontier()!.N(side.Beyond[^1].Flops), side.Beyond[^1].Value, 1e-6);
    }

    [Fact]
    public void The_band_holds_the_given_share_of_the_draws()
    {
        var fit = SyntheticSweep.Fit();
        var point = ComputeOptimal.From(fit, Runs, "tokens").Data!.Beyond[^1];
        var inside = fit.Draws.Count(d => d.Frontier()!.D(point.Flops) >= point.Low && d.Frontier()!.D(point.Flops) <= point.High);
        Assert.InRange(inside / (double)fit.Draws.Count, .94, .96);
    }

    [Fact]
    public void Without_draws_there_is_no_band_and_the_figure_says_why()
    {
        var figure = ComputeOptimal.From(SyntheticSweep.Fit(intervals: false), Runs, "tokens");
        Assert.All(figure.Parameters!.Inside, p => Assert.True(double.IsNaN(p.Low) && double.IsNaN(p.High)));
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
        var contours = LossContours.From(fit, Runs, "tokens");
        var optimal = ComputeOptimal.From(fit, Runs, "tokens");
        var parity = Parity.From(fit, Runs, "tokens");
        Assert.Empty(contours.Contours);
        Assert.Empty(contours.Frontier);
        Assert.Null(optimal.Parameters);
        Assert.Empty(parity.Points);
        Assert.All<Figure>([contours, optimal, parity], f => Assert.StartsWith("No law: 3 observations cannot carry 5 parameters", f.Note));
        Assert.Contains("aria-label=\"No law: 3 observations", parity.Draw().Svg("x", "t"), StringComparison.Ordinal);
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
    public void A_residual_is_percent_above_the_law() =>
        Assert.Equal(5, new ParityPoint("r", 1, 1, Observed: 2.1, Predicted: 2).Residual, 1e-9);
}
