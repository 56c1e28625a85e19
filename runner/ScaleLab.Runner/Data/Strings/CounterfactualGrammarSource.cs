using System.Globalization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Strings;

/// <summary>Sentences of a <see cref="CounterfactualGrammar"/>.</summary>
internal sealed class CounterfactualGrammarSource(CounterfactualGrammar grammar, long tokens, int seed) : StringSource(tokens, seed)
{
    public override string Origin => string.Create(CultureInfo.InvariantCulture, $"counterfactual-grammar {grammar.Attributes} attributes, {grammar.Cues} cues, seed {Seed}");

    protected override int Vocabulary => grammar.Vocabulary;

    protected override int Start => CounterfactualGrammar.Start;

    protected override StringsInfo Strings => new() { Tokens = grammar.SentenceTokens, Entropies = grammar.Entropies(), Grammar = grammar };

    protected override void Draw(ref SplitMix64 random, Span<int> into)
    {
        var values = 0;
        for (var a = 0; a < grammar.Attributes; a++)
        {
            var level = random.Below(grammar.Cues);
            into[a] = grammar.Cue(a, level);
            values |= (random.Below(2 * grammar.Cues) < (2 * level) + 1 ? 1 : 0) << a;
        }

        into[grammar.Attributes] = grammar.Word(values);
        for (var a = 0; a < grammar.Attributes; a++)
        {
            into[grammar.WordPosition + a] = grammar.Agreement(a, (values >> a) & 1);
        }
    }

    protected override double Surprise(ReadOnlySpan<int> text) => (grammar.Attributes * Math.Log(grammar.Cues)) - grammar.LogProbability(text);
}
