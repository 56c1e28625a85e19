using CsCheck;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Frontiers;

public sealed class FrontierTests
{
    [Theory]
    [InlineData("hoffmann", 58.93)]
    [InlineData("epoch", 18.34)]
    public void Tokens_per_parameter_at_the_compute_of_chinchilla_are_as_published(string law, double ratio) =>
        Assert.Equal(ratio, new Allocator(PublishedLaw.Of(law)).ForFlops(5.76e23).TokensPerParam, 0.005);

    [Fact]
    public void The_closed_form_is_the_numeric_minimum_for_any_law()
    {
        var laws = Gen.Select(Gen.Double[0, 3], Gen.Double[0, 12], Gen.Double[0, 12], Gen.Double[0.05, 1.5], Gen.Double[0.05, 1.5], Gen.Double[15, 26], Gen.Double[1, 12]);
        laws.Sample(
            (e, logA, logB, alpha, beta, logC, k) =>
            {
                var surface = (int)(10 * logA) % 2 == 0
                    ? new LossSurface(ScalingLaw.Of("chinchilla"), [e, Math.Exp(logA), Math.Exp(logB), alpha, beta])
                    : new LossSurface(ScalingLaw.Of("gamma"), [e, Math.Exp(logA), Math.Exp(logB), alpha, beta, 0.2 + (0.1 * logB)]);
                var (frontier, flops) = (surface.Frontier(k)!, Math.Pow(10, logC));
                var n = Cheapest(surface, flops, k);
                return Near(n, frontier.N(flops)) && Near(flops / (k * n), frontier.D(flops)) && Near(surface.Loss(n, flops / (k * n)), frontier.Loss(flops));
            },
            seed: "0000Y_TZfHR2",
            iter: 2000);
    }

    [Fact]
    public void Kaplans_frontier_is_the_numeric_minimum_of_his_published_law()
    {
        LossSurface kaplan = new(ScalingLaw.Of("kaplan"), [6.4e13, 1.8e13, 0.076, 0.103]);
        var frontier = kaplan.Frontier()!;
        double Along(double factor) => kaplan.Loss(frontier.N(1e21) * factor, frontier.D(1e21) / factor);
        Assert.Equal(frontier.Loss(1e21), Along(1), 1e-12);
        Assert.True(Along(1) < Along(1.001) && Along(1) < Along(0.999));
        Synthetic.Close(0.103 / 0.179, frontier.ExponentN, 1e-12);
    }

    [Theory]
    [InlineData(1e19, 1)]
    [InlineData(1e22, 4)]
    [InlineData(1e24, 10)]
    public void Where_tokens_run_out_they_are_repeated_as_often_as_pays(double flops, double atLeast)
    {
        var surface = PublishedLaw.Of("muennighoff").Surface!;
        var (fresh, repeating) = (surface.Frontier()!, surface.Frontier(1e10, 6));
        var (n, d) = (repeating.N(flops), repeating.D(flops));
        double Along(double factor) => surface.Loss(new RunScale(n * factor, d / factor) { UniqueD = Math.Min(1e10, d / factor) });
        Synthetic.Close(flops, 6 * n * d, 1e-9);
        Assert.Equal(repeating.Loss(flops), Along(1), 1e-12);
        Assert.True(Along(1) < Along(1.01) && Along(1) < Along(0.99));
        Assert.True(repeating.Loss(flops) >= fresh.Loss(flops));
        Assert.True(d >= atLeast * Math.Min(1e10, fresh.D(flops)));
        Synthetic.Close(flops, repeating.FlopsForLoss(repeating.Loss(flops)), 1e-6);
    }

    [Fact]
    public void Only_a_law_of_repeated_tokens_says_what_to_do_where_they_run_out() =>
        Assert.StartsWith("chinchilla does not know of repeated tokens", Assert.Throws<InputException>(() => new Allocator(PublishedLaw.Of("epoch"), 1e9)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_law_of_one_variable_has_no_frontier() => Assert.Null(Synthetic.Laws["one_variable"].Frontier());

    [Fact]
    public void The_power_law_has_the_frontier_of_chinchilla_without_a_floor()
    {
        LossSurface floorless = new(ScalingLaw.Of("chinchilla"), [0, .. Synthetic.Power.Parameters]);
        Assert.Equal(floorless.Frontier(), Synthetic.Power.Frontier());
    }

    [Theory]
    [InlineData(1e18)]
    [InlineData(5.76e23)]
    public void The_compute_for_an_optimal_N_D_or_loss_inverts_the_frontier(double flops)
    {
        var frontier = Synthetic.Chinchilla.Frontier()!;
        Synthetic.Close(flops, frontier.FlopsForN(frontier.N(flops)), 1e-12);
        Synthetic.Close(flops, frontier.FlopsForD(frontier.D(flops)), 1e-12);
        Synthetic.Close(flops, frontier.FlopsForLoss(frontier.Loss(flops)), 1e-9);
        Synthetic.Close(flops, 6 * frontier.N(flops) * frontier.D(flops), 1e-12);
        Assert.Equal(1, frontier.ExponentN + frontier.ExponentD, 1e-15);
    }

    [Fact]
    public void No_compute_reaches_the_floor() => Assert.Equal(double.PositiveInfinity, Synthetic.Chinchilla.Frontier()!.FlopsForLoss(1.69));

    // Along C = k·N·D the slope of the loss in ln N changes its sign once: bisection needs no formula of the frontier.
    private static double Cheapest(LossSurface surface, double flops, double k)
    {
        var (low, high) = (-300.0, 300.0);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            if (Slope(surface, middle, flops, k) < 0)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return Math.Exp(low);
    }

    private static double Slope(LossSurface surface, double logN, double flops, double k)
    {
        var logD = Math.Log(flops / k) - logN;
        var (inN, inD) = (surface["alpha"] * surface["A"] * Math.Exp(-surface["alpha"] * logN), surface["beta"] * surface["B"] * Math.Exp(-surface["beta"] * logD));
        return inD - inN;
    }

    private static bool Near(double expected, double actual) => Math.Abs((actual / expected) - 1) < 1e-9;
}
