using System.Globalization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Strings;

/// <summary>
/// Strings that repeat themselves: some random symbols, then the same again to the end. How many is drawn for each string, so that no place to look at serves all of them:
/// what comes next is told by what followed the same symbols before, and by nothing else. The world of induction heads (Olsson et al. 2022).
/// </summary>
internal sealed class RepeatSource(int symbols, long tokens, int seed) : StringSource(tokens, seed)
{
    private const int Length = 127;
    private const int ShortestPeriod = 16;
    private const int Periods = 48;

    public override string Origin => string.Create(CultureInfo.InvariantCulture, $"repeats of {symbols} symbols, periods {ShortestPeriod} to {ShortestPeriod + Periods - 1}, seed {Seed}");

    protected override int Vocabulary => symbols + 1;

    protected override int Start => symbols;

    protected override StringsInfo Strings => new() { Tokens = Length + 1 };

    protected override void Draw(ref SplitMix64 random, Span<int> into)
    {
        var period = ShortestPeriod + random.Below(Periods);
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = i < period ? random.Below(symbols) : into[i - period];
        }
    }

    // Each period that the string agrees with may have made it: p = Σ 1/48 · symbols^−period.
    protected override double Surprise(ReadOnlySpan<int> text)
    {
        var sum = 0.0;
        var shortest = 0;
        for (var period = ShortestPeriod; period < ShortestPeriod + Periods; period++)
        {
            if (text[(1 + period)..].SequenceEqual(text[1..^period]))
            {
                shortest = shortest == 0 ? period : shortest;
                sum += Math.Pow(symbols, shortest - period);
            }
        }

        return Math.Log(Periods) + (shortest * Math.Log(symbols)) - Math.Log(sum);
    }
}
