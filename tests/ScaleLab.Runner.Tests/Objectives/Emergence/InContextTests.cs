using ScaleLab.Runner.Objectives.Emergence;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Emergence;

public sealed class InContextTests : TorchTests
{
    [Fact]
    public void The_score_is_the_loss_of_the_last_tenth_less_that_of_the_second()
    {
        using var scope = NewDisposeScope();
        var falling = linspace(4, 4 - (0.1 * 39), 40).unsqueeze(0);
        var (score, error, late) = InContext.Score(cat([falling, falling + 1]));
        Assert.Equal(-0.1 * 32, score, 1e-5); // from places 4 … 7 to 36 … 39
        Assert.Equal(0, error, 1e-6);
        Assert.Equal(4 - (0.1 * 37.5) + 0.5, late, 1e-5);
    }

    [Fact]
    public void A_context_of_two_has_a_score()
    {
        using var scope = NewDisposeScope();
        Assert.Equal((0, 3), (InContext.Score(tensor(new[,] { { 5.0, 3.0 } })).Score, InContext.Score(tensor(new[,] { { 5.0, 3.0 } })).Late)); // early and late are one place
    }
}
