using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

public sealed class TokenCorpusTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Tokens_come_back_as_they_were_written()
    {
        var info = Markov(300, 5_000);
        Assert.Equal(2, info.TokenBytes);
        using var corpus = new TokenCorpus(_temporary.Store, info.Hash);
        var raw = File.ReadAllBytes(_temporary.Store.TrainFile(info.Hash));
        var read = new long[1_000];
        corpus.ReadTrain(4_000, read);
        Assert.Equal(Enumerable.Range(4_000, 1_000).Select(i => (long)BitConverter.ToUInt16(raw, 2 * i)), read);
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.ReadTrain(4_001, read));
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.ReadTrain(-1, read));
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.ReadHeldOut(info.HeldOutTokens - 999, read));
    }

    [Fact]
    public void The_last_training_window_ends_within_the_corpus()
    {
        using var corpus = new TokenCorpus(_temporary.Store, Markov(4, 1_281).Hash);
        Assert.Equal(10, corpus.Windows(128));
        corpus.ReadTrain(9 * 128, new long[129]);
        Assert.Equal(9, corpus.Windows(129));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(128)]
    [InlineData(511)]
    [InlineData(2048)]
    public void Evaluation_predicts_every_token_of_a_block_but_the_first_exactly_once(int context)
    {
        var info = Markov(8, 1_000);
        using var corpus = new TokenCorpus(_temporary.Store, info.Hash);
        var times = new int[info.HeldOutTokens];
        var token = new long[1];
        var (inputs, targets) = (new long[context], new long[context]);
        foreach (var window in HeldOutWindow.Of(info, context))
        {
            window.Read(corpus, inputs, targets);
            for (var i = 0; i < context; i++)
            {
                var predicted = window.First + i + 1;
                if (i >= window.Predictions)
                {
                    Assert.Equal(HeldOutWindow.Ignored, targets[i]);
                    continue;
                }

                Assert.Equal(window.Block, predicted / info.BlockTokens);
                times[predicted]++;
                corpus.ReadHeldOut(predicted, token);
                Assert.Equal(token[0], targets[i]);
                corpus.ReadHeldOut(predicted - 1, token);
                Assert.Equal(token[0], inputs[i]);
            }
        }

        Assert.All(times.Index(), t => Assert.Equal(t.Index % info.BlockTokens == 0 ? 0 : 1, t.Item));
    }

    [Fact]
    public void An_evaluation_may_stop_after_some_blocks()
    {
        var info = Markov(8, 1_000);
        Assert.Equal([0, 1, 2], HeldOutWindow.Of(info, 128, blocks: 3).Select(w => w.Block).Distinct());
        Assert.Equal(64, HeldOutWindow.Of(info, 128, blocks: 1_000).Select(w => w.Block).Distinct().Count());
    }

    [Fact]
    public void An_unknown_corpus_is_an_input_error() =>
        Assert.Contains("holds no corpus", Assert.Throws<InputException>(() => new TokenCorpus(_temporary.Store, new string('a', 64))).Message, StringComparison.Ordinal);

    private CorpusInfo Markov(int states, long tokens) => _temporary.Prepare(new DataSpec { Source = DataSource.Markov, States = states, Tokens = tokens });
}
