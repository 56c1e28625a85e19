using ScaleLab.Contracts.Text;

namespace ScaleLab.Contracts.Tests;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("batchsize", "; did you mean 'batch_size'?")]
    [InlineData("modle", "; did you mean 'model'?")]
    [InlineData("dta", "; did you mean 'data'?")]
    [InlineData("n", "")]
    [InlineData("something", "")]
    public void A_name_that_is_nearly_right_is_put_right(string written, string answer) =>
        Assert.Equal(answer, Suggestion.For(written, ["model", "data", "batch_size"]));

    [Fact]
    public void Without_candidates_there_is_no_answer() => Assert.Equal("", Suggestion.For("x", []));
}
