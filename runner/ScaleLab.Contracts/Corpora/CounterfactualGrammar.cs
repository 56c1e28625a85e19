using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Corpora;

/// <summary>
/// Sentences about words that are made of independent attributes: a start symbol, a cue for each attribute, a word, and for each attribute its agreement with the word.
/// Given the cues, the log probability of a word is a sum over its attributes, so words that differ in one attribute alone differ by one and the same direction
/// (Park, Choe and Veitch 2024, "The linear representation hypothesis": causally separable concepts).
/// </summary>
/// <remarks>
/// Ids: 0 is the start symbol; then the cues, attribute by attribute and from weakest to strongest; then the 2^A words, attribute a being bit a of a word's number;
/// then the agreements, two for each attribute. Cue j of J says 1 with probability (2j + 1)/(2J).
/// </remarks>
/// <param name="Attributes">A: independent attributes of two values each, 2 to 10.</param>
/// <param name="Cues">J: cues of each attribute, 2 to 64.</param>
public sealed record CounterfactualGrammar(int Attributes, int Cues)
{
    public const int Start = 0;
    public const int LeastAttributes = 2;
    public const int MostAttributes = 10;
    public const int LeastCues = 2;
    public const int MostCues = 64;

    /// <summary>Words there are: one for each combination of values.</summary>
    [JsonIgnore]
    public int Words => 1 << Attributes;

    [JsonIgnore]
    public int Vocabulary => 1 + (Attributes * Cues) + Words + (2 * Attributes);

    /// <summary>Tokens of a sentence, its start symbol included.</summary>
    [JsonIgnore]
    public int SentenceTokens => 2 + (2 * Attributes);

    /// <summary>Where the word stands in a sentence, counted from 0: cues stand before it.</summary>
    [JsonIgnore]
    public int WordPosition => 1 + Attributes;

    /// <summary>The id of a cue.</summary>
    /// <param name="attribute">From 0.</param>
    /// <param name="level">From 0, the surest sign of value 0, to J − 1, the surest of value 1.</param>
    public int Cue(int attribute, int level) => 1 + (attribute * Cues) + level;

    /// <summary>The id of a word.</summary>
    /// <param name="values">Bit a is its value of attribute a.</param>
    public int Word(int values) => 1 + (Attributes * Cues) + values;

    /// <summary>The id of what a sentence says of its word's attribute.</summary>
    public int Agreement(int attribute, int value) => 1 + (Attributes * Cues) + Words + (2 * attribute) + value;

    /// <summary>The probability that an attribute has value 1 after this cue.</summary>
    public double Probability(int level) => ((2 * level) + 1) / (2.0 * Cues);

    /// <summary>The counterfactual pairs of an attribute: words that differ in it alone.</summary>
    /// <returns>2^(A − 1) pairs of ids, value 0 first.</returns>
    public IEnumerable<(int Zero, int One)> Pairs(int attribute)
    {
        var bit = 1 << attribute;
        return Enumerable.Range(0, Words).Where(w => (w & bit) == 0).Select(w => (Word(w), Word(w | bit)));
    }

    /// <summary>Of each token after the start symbol, given all before it, nats: cues are uniform, a word is as uncertain as its cues leave it, agreements follow from the word.</summary>
    public double[] Entropies()
    {
        var binary = Enumerable.Range(0, Cues).Select(Probability).Average(p => -(p * Math.Log(p)) - ((1 - p) * Math.Log(1 - p)));
        return
        [
            .. Enumerable.Repeat(Math.Log(Cues), Attributes),
            Attributes * binary,
            .. Enumerable.Repeat(0.0, Attributes),
        ];
    }

    /// <summary>ln p of a word, given the cues before it.</summary>
    /// <param name="sentence">From the start symbol to the word at least.</param>
    public double LogProbability(ReadOnlySpan<int> sentence)
    {
        var (sum, values) = (0.0, sentence[WordPosition] - Word(0));
        for (var a = 0; a < Attributes; a++)
        {
            var one = Probability(sentence[1 + a] - Cue(a, 0));
            sum += Math.Log(((values >> a) & 1) == 1 ? one : 1 - one);
        }

        return sum;
    }

    internal string? Problem() =>
        Attributes is < LeastAttributes or > MostAttributes ? $"a grammar of {Attributes} attributes"
        : Cues is < LeastCues or > MostCues ? $"a grammar of {Cues} cues"
        : null;
}
