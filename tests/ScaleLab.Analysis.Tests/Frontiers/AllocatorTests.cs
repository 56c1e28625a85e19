using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Analysis.Tests.Fitting;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Frontiers;

public sealed class AllocatorTests
{
    private static readonly Lazy<Fit> Fitted = new(() =>
        ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.005, 21)), ScalingLaw.Of("chinchilla"), new FitOptions { Bootstrap = 300 }));

    [Fact]
    public void Compute_N_D_and_loss_name_the_same_point()
    {
        var allocator = new Allocator(Fitted.Value);
        var given = allocator.ForFlops(1e20);
        foreach (var other in (Allocation[])[allocator.ForParams(given.N), allocator.ForTokens(given.D), allocator.ForLoss(given.Loss!.Value)])
        {
            Synthetic.Close(given.Flops, other.Flops, 1e-9);
            Synthetic.Close(given.N, other.N, 1e-9);
            Synthetic.Close(given.D, other.D, 1e-9);
            Synthetic.Close(given.Loss!.Value, other.Loss!.Value, 1e-12);
        }
    }

    [Fact]
    public void Everything_but_what_was_given_has_an_interval_around_it()
    {
        var allocation = new Allocator(Fitted.Value).ForFlops(1e19);
        Assert.Equal(["params", "tokens", "loss", "tokens_per_param", "new_run_loss"], allocation.Intervals.Keys);
        Assert.InRange(allocation.N, allocation.Intervals["params"].Low, allocation.Intervals["params"].High);
        Assert.InRange(allocation.Loss!.Value, allocation.Intervals["loss"].Low, allocation.Intervals["loss"].High);
    }

    [Fact]
    public void The_loss_of_a_given_N_and_D_has_an_interval_and_a_new_run_a_wider_one()
    {
        var allocation = new Allocator(Fitted.Value).ForParamsAndTokens(1e8, 1e10);
        Assert.Equal(["loss", "new_run_loss"], allocation.Intervals.Keys);
        var (law, run) = (allocation.Intervals["loss"], allocation.Intervals["new_run_loss"]);
        Assert.True(run.Low < law.Low && law.Low < allocation.Loss && allocation.Loss < law.High && law.High < run.High);
        Assert.Equal(allocation.Intervals["new_run_loss"], new Allocator(Fitted.Value).ForFlopsWith(allocation.Flops, 1e8, null).Intervals["new_run_loss"]);
    }

    // There D/N is 0/0, which is neither below nor above the others.
    [Fact]
    public void Where_a_draw_never_reaches_the_loss_the_ratio_of_tokens_and_parameters_has_no_interval()
    {
        var fit = Fitted.Value;
        var above = fit.Draws[0] with { Parameters = fit.Draws[0].Parameters.SetItem(0, 2.5) };
        var intervals = new Allocator(fit with { Draws = [above, .. fit.Draws.Skip(1)] }).ForLoss(2.4).Intervals;
        Assert.Contains("flops", intervals.Keys);
        Assert.DoesNotContain("tokens_per_param", intervals.Keys);
        Assert.Contains("tokens_per_param", new Allocator(fit).ForLoss(2.4).Intervals.Keys);
    }

    [Fact]
    public void Intervals_widen_beyond_the_data()
    {
        var allocator = new Allocator(Fitted.Value);
        double Width(double flops) => allocator.ForFlops(flops).Intervals["params"] is var i ? i.High / i.Low : 0;
        Assert.True(Width(1e24) > 1.5 * Width(1e19));
    }

    [Fact]
    public void Extrapolation_is_said_in_words()
    {
        var allocator = new Allocator(Fitted.Value);
        Assert.Null(allocator.ForFlops(1e19).Extrapolation);
        Assert.Equal("extrapolated: 100 times the compute of the largest run behind this law (3e20 FLOPs)", allocator.ForFlops(3e22).Extrapolation);
        Assert.Equal("extrapolated: 30 times less compute than the smallest run behind this law (3e16 FLOPs)", allocator.ForFlops(1e15).Extrapolation);
    }

    [Fact]
    public void A_fit_read_from_its_file_allocates_as_the_fit_itself_with_intervals()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "fit.json");
        Fitted.Value.Write(file);
        var (before, after) = (new Allocator(Fitted.Value).ForFlops(1e22), new Allocator(FitFile.Read(file)).ForFlops(1e22));
        Assert.Equal(before.N, after.N);
        Assert.Equal(before.Loss, after.Loss);
        Synthetic.Close(before.Intervals["params"].Low, after.Intervals["params"].Low, 1e-4);
        Synthetic.Close(before.Intervals["tokens"].High, after.Intervals["tokens"].High, 1e-4);
    }

    [Fact]
    public void A_loss_below_the_floor_is_refused() =>
        Assert.Equal("no compute reaches a loss of 1.5: the law's floor E is 1.81686", Assert.Throws<InputException>(() => new Allocator(PublishedLaw.Of("epoch")).ForLoss(1.5)).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_quantity_that_is_no_positive_number_is_refused(double value)
    {
        var allocator = new Allocator(PublishedLaw.Of("hoffmann"));
        Assert.Throws<InputException>(() => allocator.ForFlops(value));
        Assert.Throws<InputException>(() => allocator.ForParams(value));
        Assert.Throws<InputException>(() => allocator.ForTokens(value));
        Assert.Throws<InputException>(() => allocator.ForLoss(value));
    }

    [Fact]
    public void A_refused_fit_allocates_nothing_and_says_why()
    {
        var refused = ParametricFit.Run(Synthetic.Table([]), ScalingLaw.Of("power"));
        Assert.StartsWith("this fit has no frontier: 0 observations", Assert.Throws<InputException>(() => new Allocator(refused)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_of_compute_has_its_ends_and_even_steps()
    {
        var rows = new Allocator(PublishedLaw.Of("epoch")).Between(1e18, 1e21, 2);
        Assert.Equal(7, rows.Count);
        Synthetic.Close(1e18, rows[0].Flops, 1e-12);
        Synthetic.Close(Math.Sqrt(10) * 1e18, rows[1].Flops, 1e-12);
        Synthetic.Close(1e21, rows[^1].Flops, 1e-12);
        Assert.Throws<InputException>(() => new Allocator(PublishedLaw.Of("epoch")).Between(1e21, 1e18, 1));
    }
}
