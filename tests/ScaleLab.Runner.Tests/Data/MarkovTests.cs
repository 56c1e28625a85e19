using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

public sealed class MarkovTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    [InlineData(300)]
    public void Transitions_are_probabilities(int states)
    {
        var chain = new MarkovChain(states, seed: 1);
        for (var from = 0; from < states; from++)
        {
            Assert.Equal(1, Enumerable.Range(0, states).Sum(to => Math.Exp(-chain.Surprise(from, to))), 1e-12);
        }
    }

    [Fact]
    public void Samples_follow_the_transitions()
    {
        const int states = 4;
        const int count = 200_000;
        var chain = new MarkovChain(states, seed: 2);
        var pairs = new double[states, states];
        for (var (i, last) = (0, 0); i < count; i++)
        {
            var next = chain.Next(last);
            pairs[last, next]++;
            last = next;
        }

        for (var from = 0; from < states; from++)
        {
            var row = Enumerable.Range(0, states).Sum(to => pairs[from, to]);
            for (var to = 0; to < states; to++)
            {
                var p = Math.Exp(-chain.Surprise(from, to));
                Assert.Equal(p, pairs[from, to] / row, 5 * Math.Sqrt(p * (1 - p) / row) + 1e-9);
            }
        }
    }

    [Fact]
    public void The_entropy_rate_of_two_states_is_the_textbook_one()
    {
        var chain = new MarkovChain(2, seed: 3);
        var (a, b) = (Math.Exp(-chain.Surprise(0, 1)), Math.Exp(-chain.Surprise(1, 0)));
        double H(double p) => (-p * Math.Log(p)) - ((1 - p) * Math.Log(1 - p));

        // Cover and Thomas, example 4.2.1.
        Assert.Equal(((b * H(a)) + (a * H(b))) / (a + b), chain.EntropyRate(), 1e-12);
    }

    [Fact]
    public void The_floor_is_the_true_models_loss_on_the_held_out_tokens()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.Markov, States = 16, Tokens = 200_000, Seed = 4 });
        var chain = new MarkovChain(16, seed: 4);
        using var corpus = new TokenCorpus(_temporary.Store, info.Hash);
        var (inputs, targets) = (new long[100], new long[100]);
        var (sum, count) = (0.0, 0);
        foreach (var window in HeldOutWindow.Of(info, 100))
        {
            window.Read(corpus, inputs, targets);
            for (var i = 0; i < window.Predictions; i++)
            {
                sum += chain.Surprise((int)inputs[i], (int)targets[i]);
                count++;
            }
        }

        Assert.Equal(64 * 511, count);
        Assert.Equal(sum / count, info.EntropyFloor!.Value, 1e-12);

        // The two differ by the sampling error of some 33,000 tokens.
        Assert.Equal(chain.EntropyRate(), info.EntropyFloor!.Value, 0.03);
    }

    [Fact]
    public void The_corpus_is_golden()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.Markov, States = 16, Tokens = 10_000, Seed = 5 });
        Assert.Equal((10_000, 64 * 512, 16, 1), (info.TrainTokens, info.HeldOutTokens, info.VocabularySize, info.TokenBytes));
        Assert.Equal("dff6aad46ccb28f9", info.Hash[..16]);
        Assert.NotEqual(info.Hash, _temporary.Prepare(new DataSpec { Source = DataSource.Markov, States = 16, Tokens = 10_000, Seed = 6 }).Hash);
    }
}
