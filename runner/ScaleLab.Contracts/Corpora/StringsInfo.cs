using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Corpora;

/// <summary>A corpus of independent strings of one length, each behind a start symbol, from a process whose entropy is known. A window of a model holds one string: its start symbol is given, all else is predicted.</summary>
public sealed record StringsInfo
{
    /// <summary>Tokens of a string, its start symbol included.</summary>
    public required int Tokens { get; init; }

    /// <summary>Of each token after the start symbol, given all before it in the string, nats; null where there are too many prefixes to count.</summary>
    public double[]? Entropies { get; init; }

    /// <summary>
    /// Nats per token of the best predictor that looks no further back than the block of s^ℓ tokens in which a token stands, ℓ = 0, 1, … L: the plateaus on which a learner of a hierarchy rests,
    /// the last being the entropy. Null for other processes.
    /// </summary>
    public double[]? Staircase { get; init; }

    /// <summary>What wrote the strings, where that is a counterfactual grammar.</summary>
    public CounterfactualGrammar? Grammar { get; init; }

    /// <summary>Of the tokens that are predicted in a string.</summary>
    [JsonIgnore]
    public int Predictions => Tokens - 1;

    internal string? Problem(int vocabulary, int blockTokens) => this switch
    {
        { Tokens: < 2 or > 1 << 20 } => $"strings of {Tokens} tokens",
        _ when blockTokens % Tokens != 0 => $"blocks of {blockTokens} tokens that are no whole strings of {Tokens}",
        { Entropies: { } entropies } when entropies.Length != Predictions => $"{entropies.Length} entropies of {Predictions} tokens",
        { Grammar: { } grammar } when grammar.Problem() is { } problem => problem,
        { Grammar: { } grammar } when grammar.Vocabulary != vocabulary || grammar.SentenceTokens != Tokens => "a grammar of other strings",
        _ => null,
    };
}
