using System.Numerics;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data.Strings;

public sealed class CounterfactualGrammarTests : IDisposable
{
    private static readonly CounterfactualGrammar Grammar = new(Attributes: 3, Cues: 4);

    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Every_kind_of_token_has_ids_of_its_own()
    {
        int[] ids =
        [
            CounterfactualGrammar.Start,
            .. Enumerable.Range(0, 3).SelectMany(a => Enumerable.Range(0, 4).Select(j => Grammar.Cue(a, j))),
            .. Enumerable.Range(0, 8).Select(Grammar.Word),
            .. Enumerable.Range(0, 3).SelectMany(a => Enumerable.Range(0, 2).Select(v => Grammar.Agreement(a, v))),
        ];
        Assert.Equal(Enumerable.Range(0, Grammar.Vocabulary), ids);
    }

    [Fact]
    public void The_words_of_a_pair_differ_in_its_attribute_alone()
    {
        for (var attribute = 0; attribute < 3; attribute++)
        {
            var pairs = Grammar.Pairs(attribute).ToList();
            Assert.Equal(8, pairs.SelectMany(p => new[] { p.Zero, p.One }).Distinct().Count());
            Assert.All(pairs, p =>
            {
                var (zero, one) = (p.Zero - Grammar.Word(0), p.One - Grammar.Word(0));
                Assert.Equal(1, BitOperations.PopCount((uint)(zero ^ one)));
                Assert.Equal((0, 1), ((zero >> attribute) & 1, (one >> attribute) & 1));
            });
        }
    }

    [Fact]
    public void What_tells_the_words_of_a_pair_apart_is_the_same_for_all_pairs()
    {
        int[] sentence = [CounterfactualGrammar.Start, Grammar.Cue(0, 3), Grammar.Cue(1, 0), Grammar.Cue(2, 2), 0];
        var odds = Grammar.Pairs(2).Select(p => Of(p.One) - Of(p.Zero)).ToList();
        Assert.All(odds, o => Assert.Equal(Math.Log((5.0 / 8) / (3.0 / 8)), o, 1e-12));

        double Of(int word)
        {
            sentence[4] = word;
            return Grammar.LogProbability(sentence);
        }
    }

    [Fact]
    public void Words_are_probable_to_one_in_all()
    {
        int[] sentence = [CounterfactualGrammar.Start, Grammar.Cue(0, 1), Grammar.Cue(1, 3), Grammar.Cue(2, 0), 0];
        Assert.Equal(1, Enumerable.Range(0, 8).Sum(w =>
        {
            sentence[4] = Grammar.Word(w);
            return Math.Exp(Grammar.LogProbability(sentence));
        }), 1e-12);
    }

    [Fact]
    public void Entropies_are_those_of_a_sure_and_an_unsure_cue()
    {
        // Two cues: 1/4 and 3/4.
        var entropies = new CounterfactualGrammar(2, 2).Entropies();
        var binary = -(0.25 * Math.Log(0.25)) - (0.75 * Math.Log(0.75));
        double[] expected = [Math.Log(2), Math.Log(2), 2 * binary, 0, 0];
        Assert.All(expected.Zip(entropies), p => Assert.Equal(p.First, p.Second, 1e-12));
    }

    [Fact]
    public void The_corpus_follows_its_grammar_and_knows_its_floor()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.CounterfactualGrammar, Attributes = 3, Cues = 4, Tokens = 80_000, Seed = 1 });
        Assert.Equal(Grammar, info.Strings!.Grammar);
        Assert.Equal((Grammar.Vocabulary, 8), (info.VocabularySize, info.Strings.Tokens));
        using var corpus = new TokenCorpus(_temporary.Store, info.Hash);
        var (sentence, ones, seen) = (new long[9], new double[3, 4], new double[3, 4]);
        for (var i = 0; i < 10_000; i++)
        {
            corpus.ReadTrain(i * 8, sentence);
            var values = (int)sentence[Grammar.WordPosition] - Grammar.Word(0);
            for (var a = 0; a < 3; a++)
            {
                var (level, value) = ((int)sentence[1 + a] - Grammar.Cue(a, 0), (values >> a) & 1);
                ones[a, level] += value;
                seen[a, level]++;
                Assert.Equal(Grammar.Agreement(a, value), sentence[Grammar.WordPosition + 1 + a]);
            }
        }

        Assert.All(from a in Enumerable.Range(0, 3) from j in Enumerable.Range(0, 4) select (a, j), c =>
            Assert.Equal(Grammar.Probability(c.j), ones[c.a, c.j] / seen[c.a, c.j], 5 * 0.5 / Math.Sqrt(2500)));

        // The floor is that of the held-out sentences; the ensemble's differs by their sampling error.
        Assert.Equal(Grammar.Entropies().Average(), info.EntropyFloor!.Value, 0.01);
    }
}
