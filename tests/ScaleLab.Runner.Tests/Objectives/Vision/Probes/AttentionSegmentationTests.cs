using ScaleLab.Runner.Objectives.Vision.Probes;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Probes;

public sealed class AttentionSegmentationTests : TorchTests
{
    private static readonly int[] Mask = [0, 4, 0, 4, 0, 0];

    [Fact]
    public void Equal_to_what_another_program_computed()
    {
        using var scope = NewDisposeScope();
        var oracle = Read("dino").GetProperty("attention_mask_case");
        var attention = S(float64, [2, 16], 1.9, 0.4).square();
        attention = attention / attention.sum(1, keepdim: true);
        var truth = Numbers(oracle.GetProperty("gt_patches")).Select(p => (int)p).ToHashSet();
        int[] mask = [.. Enumerable.Range(0, 16).Select(p => truth.Contains(p) ? 1 : 0)];
        foreach (var (head, map) in attention.data<double>().ToArray().Chunk(16).Index())
        {
            var kept = AttentionSegmentation.Keep(map);
            Assert.Equal(Numbers(oracle.GetProperty("kept")[head]), kept.Index().Where(k => k.Item).Select(k => (double)k.Index));
            Assert.Equal(oracle.GetProperty("jaccard_per_head")[head].GetDouble(), AttentionSegmentation.Jaccard(kept, mask, 1), 1e-12);
        }
    }

    [Fact]
    public void Attention_on_the_object_alone_is_perfect_and_beside_it_worthless()
    {
        double[] on = [0, 0.5, 0, 0.5, 0, 0];
        double[] off = [0.25, 0, 0.25, 0, 0.25, 0.25];
        Assert.Equal((1, 1), (AttentionSegmentation.Jaccard(AttentionSegmentation.Keep(on), Mask, 4), AttentionSegmentation.AveragePrecision(on, Mask, 4)));
        Assert.Equal(0, AttentionSegmentation.Jaccard(AttentionSegmentation.Keep(off), Mask, 4));

        // The whole object is found last: one pixel in three is one of it.
        Assert.Equal(1.0 / 3, AttentionSegmentation.AveragePrecision(off, Mask, 4), 1e-12);
    }

    [Fact]
    public void Even_attention_has_the_precision_of_chance()
    {
        double[] even = [.. Enumerable.Repeat(1.0 / 6, 6)];
        Assert.Equal(1.0 / 3, AttentionSegmentation.AveragePrecision(even, Mask, 4), 1e-12);

        // 60 % of six patches: the last four, of which patch 3 alone is the object's. 4 pixels of 4·4 + 4.
        Assert.Equal(4.0 / 20, AttentionSegmentation.Jaccard(AttentionSegmentation.Keep(even), Mask, 4), 1e-12);
    }

    [Fact]
    public void Precision_of_half_an_object_in_a_patch_is_exact()
    {
        // Patch 0 holds 2 of 4 pixels, patch 1 the other 2: P = 2/4, then 4/8.
        Assert.Equal(0.5, AttentionSegmentation.AveragePrecision([0.6, 0.4, 0], [2, 2, 0], 4), 1e-12);
        Assert.Equal((0.5 * 0.5) + (0.5 * 4 / 12), AttentionSegmentation.AveragePrecision([0.6, 0.1, 0.3], [2, 2, 0], 4), 1e-12);
    }

    [Fact]
    public void Tokens_three_times_as_long_as_the_median_stand_out()
    {
        using var scope = NewDisposeScope();
        var tokens = ones(2, 100, 4);
        tokens[0, TensorIndex.Slice(0, 5)] = 10;
        Assert.Equal((0.025, 10), OutlierTokens.Of(tokens));
        Assert.Equal((0, 1), OutlierTokens.Of(ones(2, 100, 4)));
    }

    [Fact]
    public void A_linear_truth_is_explained_wholly_and_noise_not_at_all()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var (x, y) = (randn([400, 3], float64, generator: random), randn([400, 3], float64, generator: random));
        Tensor Truth(Tensor f) => stack([(2 * f.select(1, 0)) - f.select(1, 2) + 5, randn([400], float64, generator: random)], 1);
        var explained = RidgeRegression.Explained(x, Truth(x), y, Truth(y));
        Assert.InRange(explained[0], 0.99, 1);
        Assert.InRange(explained[1], -0.1, 0.05);
    }
}
