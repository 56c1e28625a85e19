using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Objectives.Emergence;

/// <summary>Pairs of words as pairs of tokens.</summary>
/// <param name="Name">Of the concept.</param>
/// <param name="Pairs">Ids.</param>
internal sealed record TokenConcept(string Name, IReadOnlyList<(long From, long To)> Pairs)
{
    /// <summary>Of bytes: the one concept that every text in Latin letters has.</summary>
    private static readonly string[] OfBytes = ["case " + string.Join(' ', Enumerable.Range('a', 26).Select(c => $"{(char)c}/{char.ToUpperInvariant((char)c)}"))];

    /// <param name="lines">As <see cref="EvaluationSpec.Pairs"/>; null for those that suit the corpus.</param>
    /// <param name="corpus">Says what a word is: one token of its vocabulary, or a number where ids are all that is known.</param>
    /// <exception cref="InputException">A word is no token, or nothing suits the corpus.</exception>
    public static IReadOnlyList<TokenConcept> Of(IReadOnlyList<string>? lines, CorpusInfo corpus)
    {
        if (lines is null && corpus.Strings?.Grammar is { } grammar)
        {
            return [.. Enumerable.Range(0, grammar.Attributes).Select(a => new TokenConcept(FormattableString.Invariant($"attribute {a}"), [.. grammar.Pairs(a).Select(p => ((long)p.Zero, (long)p.One))]))];
        }

        lines ??= corpus.Vocabulary == TextVocabulary.Bytes
            ? OfBytes
            : throw new InputException("metric 'linear_representation' needs 'pairs' under 'evaluation': none are known for this corpus");
        var words = corpus.Vocabulary.Length > 0 ? TextVocabulary.Named(corpus.Vocabulary) : null;
        return [.. lines.Select(Concept.Parse).Select(c => new TokenConcept(c.Name, [.. c.Pairs.Select(p => (Id(p.From), Id(p.To)))]))];

        long Id(string word) =>
            words is null
                ? long.TryParse(word, out var id) && id >= 0 && id < corpus.VocabularySize ? id : throw new InputException($"pairs: '{word}' is no id of 0 … {corpus.VocabularySize - 1}")
                : words.Token(word) ?? words.Token($" {word}") ?? throw new InputException($"pairs: '{word}' is not one token of the vocabulary '{corpus.Vocabulary}'");
    }
}
