using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data.Strings;

/// <summary>
/// The random hierarchy model (Cagnetta et al. 2024, "How deep neural networks learn compositional data", Phys. Rev. X 14, 031001): a class is rewritten L times, each symbol into one of its m tuples of s symbols,
/// all equally likely. No tuple belongs to two symbols, so a string has one derivation, and all strings are equally likely.
/// </summary>
internal sealed class RandomHierarchy
{
    private const int MostTuples = 1 << 22;
    private const int LongestString = 1 << 12;

    private readonly byte[][] _rules; // by level from the top: (parent, rule, s)

    /// <param name="symbols">v, of every level.</param>
    /// <param name="rules">m, of every symbol.</param>
    /// <param name="branching">s.</param>
    /// <param name="levels">L.</param>
    /// <param name="classes">n_c, symbols at the top.</param>
    /// <param name="seed">Of the rules.</param>
    /// <exception cref="InputException">There are too few tuples for so many rules, or too many to shuffle.</exception>
    public RandomHierarchy(int symbols, int rules, int branching, int levels, int classes, int seed)
    {
        (Symbols, Rules, Branching, Levels, Classes) = (symbols, rules, branching, levels, classes);
        var (tuples, length) = (Math.Pow(symbols, branching), Math.Pow(branching, levels));
        if (tuples > MostTuples || length > LongestString)
        {
            throw new InputException($"data: a hierarchy of {symbols}^{branching} tuples and strings of {branching}^{levels} symbols is too large; at most {MostTuples} and {LongestString}");
        }

        if ((long)Math.Max(symbols, classes) * rules > tuples)
        {
            throw new InputException($"data: {Math.Max(symbols, classes)} symbols of {rules} rules each need {(long)Math.Max(symbols, classes) * rules} tuples; {symbols} symbols have {tuples} of {branching}");
        }

        Length = (int)length;
        var random = new SplitMix64((ulong)seed);
        _rules = [.. Enumerable.Range(0, levels).Select(level => Deal(ref random, (int)tuples, (level == 0 ? classes : symbols) * rules))];
    }

    public int Symbols { get; }

    public int Rules { get; }

    public int Branching { get; }

    public int Levels { get; }

    public int Classes { get; }

    /// <summary>Symbols of a string: s^L.</summary>
    public int Length { get; }

    /// <summary>Of a string, nats: ln n_c + ln m for each of the (s^L − 1)/(s − 1) rewritings. Also −ln p of each string.</summary>
    public double Entropy => Math.Log(Classes) + (Nodes(Levels) * Math.Log(Rules));

    /// <summary>Rewritings below and at a node of this height: (s^h − 1)/(s − 1).</summary>
    public int Nodes(int height) => height == 0 ? 0 : 1 + (Branching * Nodes(height - 1));

    /// <summary>The tuple that a rule makes of a symbol.</summary>
    /// <param name="level">0 at the top.</param>
    /// <param name="symbol">The parent.</param>
    /// <param name="rule">0 … m − 1.</param>
    public ReadOnlySpan<byte> Tuple(int level, int symbol, int rule) => _rules[level].AsSpan(((symbol * Rules) + rule) * Branching, Branching);

    /// <param name="random">Of this string.</param>
    /// <param name="into">s^L symbols, all of them written.</param>
    /// <returns>The class.</returns>
    public int Draw(ref SplitMix64 random, Span<int> into)
    {
        var label = random.Below(Classes);
        into[0] = label;
        var nodes = 1;
        Span<int> parents = stackalloc int[Length];
        for (var level = 0; level < Levels; level++)
        {
            into[..nodes].CopyTo(parents);
            for (var node = 0; node < nodes; node++)
            {
                var tuple = Tuple(level, parents[node], random.Below(Rules));
                for (var i = 0; i < tuple.Length; i++)
                {
                    into[(node * Branching) + i] = tuple[i];
                }
            }

            nodes *= Branching;
        }

        return label;
    }

    // The first so many of all tuples in random order, the first digit of a tuple the most significant one.
    private byte[] Deal(ref SplitMix64 random, int tuples, int count)
    {
        var order = new int[tuples];
        for (var i = 0; i < tuples; i++)
        {
            order[i] = i;
        }

        for (var i = tuples - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        var dealt = new byte[count * Branching];
        for (var i = 0; i < count; i++)
        {
            for (var (digit, left) = (Branching - 1, order[i]); digit >= 0; digit--)
            {
                (left, var symbol) = Math.DivRem(left, Symbols);
                dealt[(i * Branching) + digit] = (byte)symbol;
            }
        }

        return dealt;
    }
}
