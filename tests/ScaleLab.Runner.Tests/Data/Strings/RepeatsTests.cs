using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data.Strings;

public sealed class RepeatsTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Every_string_repeats_itself_with_a_period_of_its_own()
    {
        var corpus = _temporary.Prepare(new DataSpec { Source = DataSource.Repeats, Symbols = 16, Tokens = 12_800 });
        Assert.Equal((17, 128), (corpus.VocabularySize, corpus.Strings!.Tokens));
        using var tokens = new TokenCorpus(_temporary.Store, corpus.Hash);
        var text = new long[128];
        var periods = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            tokens.ReadTrain(128 * i, text);
            Assert.Equal(16, text[0]);
            Assert.All(text[1..], t => Assert.InRange(t, 0, 15));
            periods.Add(Enumerable.Range(1, 126).First(p => text.AsSpan(1 + p).SequenceEqual(text.AsSpan(1..^p))));
        }

        Assert.All(periods, p => Assert.InRange(p, 16, 63));
        Assert.True(periods.Distinct().Count() > 30);
    }

    [Fact]
    public void The_floor_is_what_the_period_and_its_symbols_cost()
    {
        // With so many symbols a string agrees with the multiples of its period alone, whose share is nothing: ln 48 + p ln v.
        var corpus = _temporary.Prepare(new DataSpec { Source = DataSource.Repeats, Symbols = 200, Tokens = 1_000_000 });
        Assert.Equal((Math.Log(48) + (39.5 * Math.Log(200))) / 127, corpus.EntropyFloor!.Value, 0.03);
    }
}
