using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Emergence;
using ScaleLab.Runner.Tests.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Emergence;

public sealed class InductionTests : TorchTests
{
    private const int Length = 5;

    [Fact]
    public void A_head_that_looks_at_what_followed_the_first_copy_matches_prefixes_perfectly()
    {
        using var scope = NewDisposeScope();
        var perfect = zeros(1, 1, 2 * Length, 2 * Length);
        for (var t = 0; t < 2 * Length; t++)
        {
            perfect[0, 0, t, Math.Max(0, t - Length + 1)] = 1;
        }

        // One that looks at the token before is no induction head; one that looks everywhere is one by a 2L-th.
        var previous = cat([zeros(1, 1, 1, 2 * Length), eye(2 * Length).narrow(0, 0, (2 * Length) - 1).view(1, 1, -1, 2 * Length)], 2);
        var even = full([1, 1, 2 * Length, 2 * Length], 0.5 / Length);
        Assert.Equal([1, 0, 0.5 / Length], Induction.PrefixMatching(cat([perfect, previous, even], 1), Length).Select(s => Math.Round(s, 6)));
    }

    [Fact]
    public void A_head_whose_values_raise_their_own_token_copies_perfectly_and_its_opposite_not_at_all()
    {
        using var scope = NewDisposeScope();
        var choices = tensor(new long[] { 7, 3, 9, 4 });
        var seen = tensor(new long[] { 3, 3, 4, 7, 9 });
        var values = stack([eye(4)[1], eye(4)[1], eye(4)[3], eye(4)[0], eye(4)[2]]);
        Assert.Equal(1, Induction.Copying(values, eye(4), seen, choices), 1e-12);
        Assert.Equal(1, Induction.Copying(values, 1e-3 * eye(4), seen, choices), 1e-12);
        Assert.Equal(-1, Induction.Copying(values, -eye(4), seen, choices), 1e-12);
        Assert.Equal(0, Induction.Copying(values, zeros(4, 4), seen, choices), 1e-12);

        // Raising another token alone ties the own one with two others: below one, level with two.
        Assert.Equal(-1.0 / 3, Induction.Copying(values, eye(4).roll(1, 0), seen, choices), 1e-6);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void What_heads_write_adds_up_to_what_attention_gives(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var model = SmallModel.Shaken(SmallModel.Shape(), type);
        var tokens = SmallModel.Tokens(SmallModel.Shape(), batch: 2, seed: 1);
        var seen = new List<Attended>();
        var logits = model.Logits(tokens, seen.Add);
        Assert.Equal(model.Logits(tokens).to(float64).data<double>(), logits.to(float64).data<double>());
        Assert.Equal([0, 1], seen.Select(a => a.Block));
        Assert.All(seen, a => Assert.Equal([2L, 2, 16, 16], a.Weights.shape));
        Assert.All(seen, a => Assert.True(allclose(a.Weights.sum(-1), ones(2, 2, 16, type), 1e-5, 1e-5)));

        // Head h of block l writes W_O v: all heads together are the block's output matrix on the values side by side, through gain and head.
        var (attended, all) = (seen[1], model.Parameters);
        var apart = Enumerable.Range(0, 2).Select(h => mm(attended.Values.select(1, h).reshape(-1, 8), model.Writes(1, h).t())).Aggregate((a, b) => a + b);
        var together = mm(mm(attended.Values.transpose(1, 2).reshape(-1, 16), all["blocks.1.attention.out"].t()) * all["norm"], model.Unembedding.t());
        Assert.True(allclose(apart, together, 1e-4, 1e-4));
    }

    [Fact]
    public void A_model_that_knows_nothing_neither_copies_nor_matches()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var shape = SmallModel.Shape(context: 32);
        using var model = new LanguageModel(shape, seed: 1, CPU);
        var measured = Induction.Measure(model, shape.Context, [.. Enumerable.Range(0, 16).Select(i => (long)i)], CPU);
        Assert.InRange(measured.BestPrefix, 0.01, 0.1);
        Assert.Equal((0, 0), (measured.BestCopy, measured.Score));
        Assert.Equal(Math.Log(16), measured.RepeatLoss, 1e-5);
        Assert.Equal(Math.Log(16), measured.FirstLoss, 1e-5);
        Assert.Equal((2, 2), (measured.Prefix.Length, measured.Prefix[0].Length));

        // Behind a start symbol as well.
        var behind = Induction.Measure(model, shape.Context, [.. Enumerable.Range(0, 15).Select(i => (long)i)], CPU, start: 15);
        Assert.InRange(behind.BestPrefix, 0.01, 0.1);
        Assert.Equal(Math.Log(16), behind.RepeatLoss, 1e-5);
    }

    [Fact]
    public void The_score_of_a_head_needs_both_of_its_parts()
    {
        var measured = new Induction([[0.9, 0.1], [0.5, 0.2]], [[-0.5, 1], [0.6, 0]], 3, 1, 0.5);
        Assert.Equal((0.9, 1, 0.3), (measured.BestPrefix, measured.BestCopy, measured.Score));
    }
}
