using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Objectives.Emergence;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Emergence;

public sealed class LinearRepresentationTests : TorchTests
{
    private static readonly (long From, long To)[] Pairs = [.. Enumerable.Range(0, 5).Select(i => (2L * i, (2L * i) + 1))];

    [Fact]
    public void Equal_to_what_another_program_computed()
    {
        using var scope = NewDisposeScope();
        var oracle = Read("linear_representation");
        var table = S(float64, [20, 6], 0.9, 0.2) + (0.4 * S(float64, [20, 6], 2.3, 0.7));
        var cosines = LinearRepresentation.LeaveOneOut(Differences(table), LinearRepresentation.CausalInnerProduct(table));
        AllClose(oracle.GetProperty("leave_one_out_cosine_under_M"), tensor(cosines));
        Close(oracle.GetProperty("mean"), tensor(cosines.Average()));
        var analogy = oracle.GetProperty("analogy_3cosadd");
        var (answer, cosine) = LinearRepresentation.Analogy(table, 0, 1, 2);
        Assert.Equal(analogy.GetProperty("answer").GetInt32(), answer);
        Assert.Equal(analogy.GetProperty("score").GetDouble(), cosine, 1e-9);
    }

    [Fact]
    public void Words_that_differ_in_one_attribute_alone_share_its_direction_exactly()
    {
        using var scope = NewDisposeScope();
        var table = Attributes();
        var metric = LinearRepresentation.CausalInnerProduct(table);
        Assert.All(LinearRepresentation.LeaveOneOut(Differences(table), metric), c => Assert.Equal(1, c, 1e-9));
        Assert.All(from a in Pairs from b in Pairs where a != b select LinearRepresentation.Analogy(table, a.From, a.To, b.From).Answer - b.To, miss => Assert.Equal(0, miss));

        // Adding the direction moves the pair by cos · |δ| / √2 in units of random pairs (|δ|² = 4 where half of all words have the attribute).
        Assert.All(LinearRepresentation.Steering(Differences(table), table, metric), s => Assert.Equal(Math.Sqrt(2), s, 1e-9));
    }

    [Fact]
    public void The_cosine_does_not_depend_on_the_basis_and_a_table_of_zeros_has_none()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var (table, turn) = (randn([20, 6], float64, generator: random), randn([6, 6], float64, generator: random));
        double[] Cosines(Tensor t) => LinearRepresentation.LeaveOneOut(Differences(t), LinearRepresentation.CausalInnerProduct(t));
        foreach (var (a, b) in Cosines(table).Zip(Cosines(mm(table, turn) + 3)))
        {
            Assert.Equal(a, b, 1e-8);
        }

        var nothing = zeros([20, 6], float64);
        var metric = LinearRepresentation.CausalInnerProduct(nothing, ridge: 0.1);
        Assert.All(LinearRepresentation.LeaveOneOut(Differences(nothing), metric), c => Assert.Equal(0, c));
        Assert.All(LinearRepresentation.Steering(Differences(nothing), nothing, metric), c => Assert.Equal(0, c));
        Assert.Equal(-1, LinearRepresentation.Analogy(nothing, 0, 1, 2).Answer);
    }

    [Fact]
    public void Codes_that_lean_towards_a_word_are_told_by_the_direction_of_the_other_pairs()
    {
        using var scope = NewDisposeScope();
        var table = Attributes();
        var next = tensor(Enumerable.Range(0, 200).Select(i => (long)(i % 10)).ToArray());
        var codes = table.index_select(0, next);
        var probe = LinearRepresentation.Probe(Differences(table), codes, next, Pairs).ToList();
        Assert.Equal(5, probe.Count);
        Assert.All(probe, p => Assert.Equal(1, p, 1e-12));
        Assert.All(LinearRepresentation.Probe(Differences(table), -codes, next, Pairs), p => Assert.Equal(-1, p, 1e-12));
        Assert.All(LinearRepresentation.Probe(Differences(table), zeros_like(codes), next, Pairs), p => Assert.Equal(0, p, 1e-12));
        Assert.Empty(LinearRepresentation.Probe(Differences(table), codes.narrow(0, 0, 20), next.narrow(0, 0, 20), Pairs));
    }

    [Fact]
    public void Pairs_are_words_of_one_token()
    {
        CorpusInfo corpus = new() { Hash = "", Origin = "a text", Vocabulary = "bytes", VocabularySize = 256, TokenBytes = 1, TrainTokens = 100, HeldOutTokens = 10, BlockTokens = 10 };
        var given = Assert.Single(TokenConcept.Of(["bracket (/) [/]"], corpus));
        Assert.Equal("bracket", given.Name);
        Assert.Equal([(40, 41), (91, 93)], given.Pairs);
        Assert.Equal(26, Assert.Single(TokenConcept.Of(null, corpus)).Pairs.Count);
        Assert.Equal("pairs: 'ab' is not one token of the vocabulary 'bytes'", Assert.Throws<InputException>(() => TokenConcept.Of(["x ab/c d/e"], corpus)).Message);
        var ids = corpus with { Vocabulary = "" };
        Assert.Equal((3, 200), TokenConcept.Of(["x 3/200 4/201"], ids)[0].Pairs[0]);
        Assert.Equal("pairs: '256' is no id of 0 … 255", Assert.Throws<InputException>(() => TokenConcept.Of(["x 3/256 4/201"], ids)).Message);
        Assert.Contains("needs 'pairs'", Assert.Throws<InputException>(() => TokenConcept.Of(null, ids)).Message, StringComparison.Ordinal);
        corpus = corpus with { Vocabulary = "o200k_base", VocabularySize = 200_019 };
        Assert.Equal(2, TokenConcept.Of(["gender king/queen man/woman"], corpus)[0].Pairs.Count);
    }

    [Fact]
    public void A_grammar_knows_its_own_pairs()
    {
        var grammar = new CounterfactualGrammar(Attributes: 3, Cues: 4);
        CorpusInfo corpus = new() { Hash = "", Origin = "a grammar", Vocabulary = "", VocabularySize = grammar.Vocabulary, TokenBytes = 1, TrainTokens = 800, HeldOutTokens = 80, BlockTokens = 80, Strings = new() { Tokens = 8, Grammar = grammar } };
        var concepts = TokenConcept.Of(null, corpus);
        Assert.Equal([4, 4, 4], concepts.Select(c => c.Pairs.Count));
        Assert.Equal((grammar.Word(0), grammar.Word(2)), concepts[1].Pairs[0]);
        Assert.Equal((1, 2), TokenConcept.Of(["x 1/2 3/4"], corpus)[0].Pairs[0]);
    }

    private static Tensor Differences(Tensor table) => table.index_select(0, tensor(Pairs.Select(p => p.To).ToArray())) - table.index_select(0, tensor(Pairs.Select(p => p.From).ToArray()));

    // Ten words: five things, with and without an attribute.
    private static Tensor Attributes()
    {
        var things = eye(5, 6, dtype: float64).repeat_interleave(2, 0);
        var attribute = zeros([10, 6], float64);
        attribute[TensorIndex.Slice(1, 10, 2), TensorIndex.Single(5)] = 0.7;
        return cat([(things + attribute).narrow(1, 0, 4), (things + attribute).narrow(1, 5, 1)], 1);
    }
}
