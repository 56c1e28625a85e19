using CsCheck;
using ScaleLab.Contracts.Models;

namespace ScaleLab.Contracts.Tests;

public sealed class LanguageModelFamilyTests
{
    // The sizes of Llama-like toys that the literature of this laboratory is full of.
    [Theory]
    [InlineData(15e3, 16, 2, 1, 48, 14_928)]
    [InlineData(43e3, 32, 2, 2, 96, 43_168)]
    [InlineData(133e3, 64, 2, 2, 176, 133_440)]
    [InlineData(382e3, 96, 3, 3, 256, 381_600)]
    [InlineData(1.32e6, 160, 4, 5, 432, 1_322_400)]
    public void A_size_is_met_by_a_known_shape(double target, int width, int depth, int heads, int feedForward, long n)
    {
        var shape = LanguageModelFamily.Solve(target, new LanguageModelOptions(), vocabulary: 256);
        Assert.Equal((width, depth, heads, feedForward), (shape.Width, shape.Depth, shape.Heads, shape.FeedForward));
        Assert.Equal(n, shape.Parameters.Total);
    }

    [Fact]
    public void A_larger_target_never_gives_a_smaller_model() => Gen.Select(Gen.Double[4.2, 10], Gen.Double[0, 1]).Sample((low, more) =>
        Assert.True(Size(low) <= Size(low + more)));

    [Fact]
    public void Targets_of_all_scales_are_met_within_thirty_per_cent() => Gen.Double[4.2, 11].Sample(exponent =>
        Assert.InRange(Size(exponent) / Math.Pow(10, exponent), 1 / 1.3, 1.3));

    [Fact]
    public void Heads_cut_the_width_into_even_parts() => Gen.Double[4.2, 11].Sample(exponent =>
    {
        var shape = LanguageModelFamily.Solve(Math.Pow(10, exponent), new LanguageModelOptions(), vocabulary: 256);
        Assert.Equal(shape.Width, shape.Heads * shape.HeadWidth);
        Assert.Equal(0, shape.HeadWidth % 2);
    });

    [Fact]
    public void A_tied_head_costs_flops_but_no_parameters()
    {
        var free = LanguageModelFamily.Solve(1e6, new LanguageModelOptions { Depth = 4 }, vocabulary: 256);
        var tied = free with { Tied = true };
        Assert.Equal(free.Parameters.Head, free.Parameters.Total - tied.Parameters.Total);
        Assert.Equal(free.ForwardFlopsPerUnit, tied.ForwardFlopsPerUnit);
    }

    [Theory]
    [InlineData(100, 256)]
    [InlineData(1e14, 256)]
    [InlineData(1e6, 200_000)]
    public void A_size_out_of_reach_is_refused(double target, int vocabulary)
    {
        var error = Assert.Throws<InputException>(() => LanguageModelFamily.Solve(target, new LanguageModelOptions(), vocabulary));
        Assert.StartsWith("no model of this recipe has about", error.Message, StringComparison.Ordinal);
    }

    private static double Size(double exponent) =>
        LanguageModelFamily.Solve(Math.Pow(10, exponent), new LanguageModelOptions(), vocabulary: 256).Parameters.Total;
}
