using System.Security.Cryptography;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Data.Strings;

namespace ScaleLab.Runner.Tests.Data.Strings;

public sealed class RandomHierarchyTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Strings_and_their_entropy_are_those_of_the_reference()
    {
        var oracle = Reference.Oracle("procedural").GetProperty("rhm");
        var model = new RandomHierarchy(symbols: 6, rules: 3, branching: 2, levels: 3, classes: 4, seed: 11);
        var (bytes, text) = (new List<byte>(), new int[8]);
        for (var i = 0UL; i < 1000; i++)
        {
            var random = new SplitMix64(5 + (i * 0xD1342543DE82EF95));
            bytes.Add((byte)model.Draw(ref random, text));
            bytes.AddRange(text.Select(t => (byte)t));
        }

        Assert.Equal(oracle.GetProperty("sha256_of_1000 (label then 8 symbols, one byte each)").GetString(), Convert.ToHexStringLower(SHA256.HashData([.. bytes])));
        Assert.Equal(oracle.GetProperty("entropy_nats_exact").GetDouble(), model.Entropy, 1e-12);
        Assert.Equal(oracle.GetProperty("irreducible_loss_per_token").GetDouble(), HierarchyEntropies.Staircase(model)[^1], 1e-12);
    }

    [Fact]
    public void Conditional_entropies_are_those_of_the_reference()
    {
        var oracle = Reference.Oracle("procedural").GetProperty("rhm_small_exact_curve");
        var model = new RandomHierarchy(symbols: 4, rules: 2, branching: 2, levels: 3, classes: 4, seed: 3);
        var expected = oracle.GetProperty("conditional_entropy_by_position_nats").EnumerateArray().Select(e => e.GetDouble()).ToList();
        var actual = HierarchyEntropies.ByPosition(model)!;
        Assert.Equal(expected.Count, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-12));
        Assert.Equal(oracle.GetProperty("sum").GetDouble(), model.Entropy, 1e-12);
    }

    [Theory]
    [InlineData(3, 2, 2, 2, 3)]
    [InlineData(4, 2, 2, 3, 2)]
    [InlineData(2, 2, 3, 2, 2)]
    [InlineData(5, 3, 2, 2, 4)]
    public void Conditional_entropies_and_the_staircase_are_those_of_all_strings_counted(int symbols, int rules, int branching, int levels, int classes)
    {
        var model = new RandomHierarchy(symbols, rules, branching, levels, classes, seed: 7);
        var all = Enumerable.Range(0, classes).SelectMany(c => Expand(model, [c], 0)).ToList();
        Assert.Equal(all.Count, all.Select(Text).Distinct().Count()); // no string has two derivations
        Assert.Equal(Math.Log(all.Count), model.Entropy, 1e-12);

        var prefixes = Enumerable.Range(0, model.Length + 1).Select(i => Entropy(all.Select(s => Text(s[..i])))).ToList();
        var byPosition = HierarchyEntropies.ByPosition(model)!;
        Assert.All(Enumerable.Range(0, model.Length), i => Assert.Equal(prefixes[i + 1] - prefixes[i], byPosition[i], 1e-12));

        var staircase = HierarchyEntropies.Staircase(model);
        for (var (height, block) = (0, 1); height <= levels; height++, block *= branching)
        {
            var ofBlocks = Enumerable.Range(0, model.Length / block).Sum(b => Entropy(all.Select(s => Text(s[(b * block)..((b + 1) * block)]))));
            Assert.Equal(ofBlocks / model.Length, staircase[height], 1e-12);
        }
    }

    [Fact]
    public void The_corpus_holds_whole_strings_behind_start_symbols_and_says_what_they_cost()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.RandomHierarchy, Symbols = 4, Rules = 2, Levels = 3, Tokens = 9_000, Seed = 3 });
        var strings = info.Strings!;
        Assert.Equal((5, 9, 9_001L, 32 * 9), (info.VocabularySize, strings.Tokens, info.TrainTokens, info.BlockTokens));
        Assert.Equal(Math.Log(512) / 8, info.EntropyFloor!.Value, 1e-12);
        Assert.Equal(strings.Staircase![^1], info.EntropyFloor!.Value, 1e-12);
        Assert.Equal(info.EntropyFloor!.Value, strings.Entropies!.Average(), 1e-12);

        using var corpus = new TokenCorpus(_temporary.Store, info.Hash);
        Assert.Equal(1000, corpus.Windows(9));
        var window = new long[10];
        for (var i = 0; i < 1000; i++)
        {
            corpus.ReadTrain(i * 9, window);
            Assert.Equal((4, 4), (window[0], window[9]));
            Assert.All(window[1..9], t => Assert.InRange(t, 0, 3));
        }

        var (inputs, targets, predicted) = (new long[9], new long[9], 0);
        foreach (var heldOut in HeldOutWindow.Of(info, 9))
        {
            heldOut.Read(corpus, inputs, targets);
            Assert.Equal(4, inputs[0]);
            Assert.Equal(inputs[1..8], targets[..7]);
            Assert.Equal(HeldOutWindow.Ignored, targets[8]);
            predicted += heldOut.Predictions;
        }

        Assert.Equal(4096 * 8, predicted);
    }

    [Fact]
    public void Too_many_rules_for_the_tuples_are_an_error()
    {
        var error = Assert.Throws<InputException>(() => _temporary.Prepare(new DataSpec { Source = DataSource.RandomHierarchy, Symbols = 4, Rules = 5 }));
        Assert.Contains("4 symbols of 5 rules each need 20 tuples; 4 symbols have 16 of 2", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<int[]> Expand(RandomHierarchy model, int[] symbols, int level)
    {
        if (level == model.Levels)
        {
            return [symbols];
        }

        IEnumerable<int[]> partial = [[]];
        foreach (var symbol in symbols)
        {
            partial = [.. partial.SelectMany(p => Enumerable.Range(0, model.Rules).Select(r => (int[])[.. p, .. model.Tuple(level, symbol, r).ToArray().Select(t => (int)t)]))];
        }

        return partial.SelectMany(p => Expand(model, p, level + 1));
    }

    private static string Text(int[] symbols) => string.Join(' ', symbols);

    private static double Entropy(IEnumerable<string> equallyLikely)
    {
        var all = equallyLikely.ToList();
        return all.GroupBy(t => t).Sum(g => -(double)g.Count() / all.Count * Math.Log((double)g.Count() / all.Count));
    }
}
