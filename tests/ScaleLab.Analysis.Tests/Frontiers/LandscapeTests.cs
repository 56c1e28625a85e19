using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Frontiers;

public sealed class LandscapeTests
{
    private static readonly LossSurface Law = PublishedLaw.Of("epoch").Surface!;
    private static readonly Allocator Epoch = new(PublishedLaw.Of("epoch"));

    [Fact]
    public void A_fixed_size_or_amount_of_data_under_a_budget_is_told_with_what_it_loses()
    {
        var (best, small) = (Epoch.ForFlops(1e22), Epoch.ForFlopsWith(1e22, 1e9, null));
        Synthetic.Close(1e22, small.Flops, 1e-12);
        Synthetic.Close(Law.Loss(1e9, 1e22 / 6e9), small.Loss!.Value, 1e-12);
        Synthetic.Close((small.Loss!.Value / best.Loss!.Value) - 1, small.ExcessLoss!.Value, 1e-9);
        var same = Epoch.ForFlopsWith(1e22, null, small.D);
        Synthetic.Close(small.N, same.N, 1e-12);
        Assert.Equal(0, Epoch.ForFlopsWith(1e22, best.N, null).ExcessLoss!.Value, 1e-12);
    }

    [Fact]
    public void A_fixed_size_reaches_a_loss_with_enough_data_or_not_at_all()
    {
        var reached = Epoch.ForLossWith(2.2, 7e9, null);
        Assert.Equal(2.2, Law.Loss(7e9, reached.D), 1e-12);
        Assert.Equal(2.2, Law.Loss(Epoch.ForLossWith(2.2, null, 1e12).N, 1e12), 1e-12);
        Assert.Equal("no amount of data brings 100M parameters to a loss of 2.2", Assert.Throws<InputException>(() => Epoch.ForLossWith(2.2, 1e8, null)).Message);
        Assert.Equal("no size brings 1B tokens to a loss of 2.2", Assert.Throws<InputException>(() => Epoch.ForLossWith(2.2, null, 1e9)).Message);
    }

    [Fact]
    public void The_flat_range_ends_where_the_loss_has_risen_by_its_share()
    {
        var allocation = Epoch.Within(0.01).ForFlops(1e21);
        var (low, high) = allocation.FlatParams!.Value;
        Assert.Equal(1.01 * allocation.Loss!.Value, Law.Loss(low, 1e21 / (6 * low)), 1e-9);
        Assert.Equal(1.01 * allocation.Loss!.Value, Law.Loss(high, 1e21 / (6 * high)), 1e-9);
        Assert.InRange(allocation.N, 1.5 * low, high / 1.5);
    }

    [Fact]
    public void Of_the_sizes_that_can_be_had_the_best_comes_first()
    {
        double[] sizes = [1e9, 3e9, 7e9, 13e9, 70e9];
        var ordered = Epoch.Among(1e22, sizes);
        Assert.Equal(sizes.OrderBy(n => Law.Loss(n, 1e22 / (6 * n))), ordered.Select(a => a.N));
    }

    // Sardana et al. 2023, arXiv:2401.00448, section 2: a model of the quality of a Chinchilla-optimal 13B one that will serve 2T tokens saves 1.7e22 FLOPs
    // (17 %) as a 7B model trained on more data; with the constants of their equation 2.
    [Fact]
    public void The_published_answer_for_two_trillion_tokens_of_inference_comes_out()
    {
        var law = new LossSurface(ScalingLaw.Of("chinchilla"), [1.69, 406.4, 410.7, 0.336, 0.283]);
        var frontier = law.Frontier()!;
        var (n, d) = (13e9, frontier.D(frontier.FlopsForN(13e9)));
        var map = new Landscape(law, 6, null);
        var (size, tokens) = map.ForServing(law.Loss(n, d), 2e12);
        var (before, after) = (map.LifetimeFlops(n, d, 2e12), map.LifetimeFlops(size, tokens, 2e12));
        Assert.Equal(7e9, size, 0.05e9);
        Assert.Equal(1.7e22, before - after, 0.02e22);
        Assert.Equal(0.17, 1 - (after / before), 0.005);
    }

    [Theory]
    [InlineData("epoch", 2.2, 1e11)]
    [InlineData("epoch", 2.0, 1e13)]
    [InlineData("hoffmann", 2.1, 2e12)]
    public void The_cheapest_lifetime_agrees_with_an_independent_search(string name, double loss, double served)
    {
        var law = PublishedLaw.Of(name).Surface!;
        var answer = new Allocator(PublishedLaw.Of(name)).ForServing(loss, served);
        Assert.Equal(loss, answer.Loss!.Value, 1e-9);

        // In ln D, where the answer searched in ln N: D decides N by the law's own formula.
        double N(double d) => Math.Pow(law["A"] / (loss - law["E"] - (law["B"] / Math.Pow(d, law["beta"]))), 1 / law["alpha"]);
        double Cost(double logD) => N(Math.Exp(logD)) is var n && n > 0 ? n * ((6 * Math.Exp(logD)) + (2 * served)) : double.PositiveInfinity;
        var best = Enumerable.Range(0, 3000).Select(i => 20 + (i * 0.005)).MinBy(Cost);
        for (var step = 0.005; step > 1e-10; step /= 2)
        {
            best = new[] { best - step, best, best + step }.MinBy(Cost);
        }

        Synthetic.Close(Cost(best), answer.LifetimeFlops!.Value, 1e-9);
        Synthetic.Close(Math.Exp(best), answer.D, 1e-6);
        Assert.InRange(answer.LifetimeSaving!.Value, 0, 1);
    }

    // The README of github.com/huggingface/datablations, the code of Muennighoff et al. 2023: losses of two models on 25B different tokens to 16 digits, and the
    // best one of their compute, "227B tokens, 9.1 epochs, 6.8B parameters". The paper's figure 1 went further, to 6.34B on 242B, and loses next to nothing.
    [Fact]
    public void The_published_optimum_for_repeated_tokens_comes_out()
    {
        var allocator = new Allocator(PublishedLaw.Of("muennighoff"), 25e9);
        Synthetic.Close(2.2256440889984477, allocator.ForParamsAndTokens(6.34e9, 242e9).Loss!.Value, 1e-12);
        Synthetic.Close(2.2269634075087867, allocator.ForParamsAndTokens(8.67e9, 178e9).Loss!.Value, 1e-12);
        var best = allocator.ForFlops(6 * 8.67e9 * 178e9);
        Assert.Equal((6.8, 227, 9.1), (Math.Round(best.N / 1e9, 1), Math.Round(best.D / 1e9), Math.Round(best.D / 25e9, 1)));
        Assert.InRange(allocator.ForFlopsWith(9.3e21, 6.34e9, null).ExcessLoss!.Value, 0, 2e-4);
        Assert.InRange(new Allocator(PublishedLaw.Of("muennighoff")).ForFlops(9.3e21).N, 8.6e9, 9e9);
    }

    [Fact]
    public void A_law_without_losses_says_where_the_optimum_lies_and_no_more()
    {
        var llama = new Allocator(PublishedLaw.Of("llama_3"));
        var large = llama.ForFlops(3.8e25);
        Assert.Null(large.Loss);
        Assert.Null(large.FlatParams);
        Assert.Equal(402e9, large.N, 20e9);
        Assert.Equal(16.55e12, large.D, 0.7e12);
        Synthetic.Close(3.8e25, llama.ForParams(large.N).Flops, 1e-9);
        Synthetic.Close(3.8e25, llama.ForTokens(large.D).Flops, 1e-9);
        const string Why = "this law says where the optimum lies, and nothing of losses";
        Assert.Equal(Why, Assert.Throws<InputException>(() => llama.ForLoss(2)).Message);
        Assert.Equal(Why, Assert.Throws<InputException>(() => llama.ForFlopsWith(1e22, 1e9, null)).Message);
        Assert.StartsWith("llama_3 does not know of repeated tokens", Assert.Throws<InputException>(() => new Allocator(PublishedLaw.Of("llama_3"), 1e9)).Message, StringComparison.Ordinal);
    }

    // What each paper prints for one size or budget.
    [Theory]
    [InlineData("hoffmann_1", 10e9, 205.1e9, 0.01)]
    [InlineData("hoffmann_1", 1e12, 21.2e12, 0.01)]
    [InlineData("hoffmann_2", 10e9, 219.5e9, 0.01)]
    [InlineData("hoffmann_2", 1e12, 26.5e12, 0.01)]
    [InlineData("kaplan_compute", 1.3e9, 2e10, 1e-9)]
    public void Published_lines_give_the_rows_that_their_papers_print(string law, double n, double d, double relative) =>
        Synthetic.Close(d, new Allocator(PublishedLaw.Of(law)).ForParams(n).D, relative);

    [Theory]
    [InlineData("hoffmann_1", 0.50, 0.50)]
    [InlineData("hoffmann_2", 0.49, 0.51)]
    [InlineData("hoffmann", 0.46, 0.54)]
    [InlineData("epoch", 0.51, 0.49)]
    [InlineData("kaplan_compute", 0.73, 0.27)]
    [InlineData("deepseek", 0.52, 0.48)]
    [InlineData("porian", 0.50, 0.50)]
    [InlineData("llama_3", 0.46, 0.54)]
    [InlineData("muennighoff", 0.50, 0.50)]
    public void Published_laws_have_their_published_exponents(string law, double a, double b)
    {
        var frontier = PublishedLaw.Of(law).Frontier;
        Assert.Equal((a, b), (Math.Round(frontier.ExponentN, 2), Math.Round(frontier.ExponentD, 2)));
        Synthetic.Close(frontier.N(1e23), frontier.N(1e22) * Math.Pow(10, frontier.ExponentN), 1e-9);
    }
}
