using System.Globalization;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Strings;

/// <summary>Independent strings of one length, each behind the start symbol. String number i of the training part, and of the held-out part, has a stream of random numbers of its own.</summary>
internal abstract class StringSource(long tokens, int seed) : CorpusSource
{
    private const int StringsPerBlock = 32;
    private const int HeldOutBlocks = 128;

    // Held-out strings have numbers that no training string has.
    private const ulong FirstHeldOut = 1UL << 62;

    /// <summary>Of the samples.</summary>
    protected int Seed => seed;

    /// <summary>Ids there are, the start symbol among them.</summary>
    protected abstract int Vocabulary { get; }

    protected abstract int Start { get; }

    /// <summary>What is known of the strings.</summary>
    protected abstract StringsInfo Strings { get; }

    /// <summary>All of a string but its start symbol.</summary>
    protected abstract void Draw(ref SplitMix64 random, Span<int> into);

    /// <summary>−ln p of a string given its start symbol, nats.</summary>
    protected abstract double Surprise(ReadOnlySpan<int> text);

    public override CorpusInfo Write(string folder, Action<string> progress)
    {
        var strings = Strings;
        using var writer = new CorpusWriter(folder, "", Vocabulary, StringsPerBlock * strings.Tokens);
        var text = new int[strings.Tokens];
        text[0] = Start;
        var count = Math.Max(1, tokens / strings.Tokens);
        for (var i = 0L; i < count; i++)
        {
            Draw((ulong)i, text);
            writer.Train.Write(text);
        }

        // The last string is followed by a start symbol, as all are: a window reads one token more than it holds.
        writer.Train.Write([Start]);
        var surprise = 0.0;
        for (var i = 0UL; i < HeldOutBlocks * StringsPerBlock; i++)
        {
            Draw(FirstHeldOut + i, text);
            writer.HeldOut.Write(text);
            surprise += Surprise(text);
        }

        var floor = surprise / (HeldOutBlocks * StringsPerBlock) / strings.Predictions;
        progress(string.Create(CultureInfo.InvariantCulture, $"{count} strings of {strings.Predictions} tokens; the process itself has a loss of {floor:F5} nats per token on the held-out ones"));
        return writer.Finish(Origin) with { EntropyFloor = floor, Strings = strings };
    }

    private void Draw(ulong number, int[] text)
    {
        // Far from the streams of the same numbers elsewhere: rules are drawn from the seed itself.
        var random = new SplitMix64(unchecked(SplitMix64.Mix((ulong)seed + 1) + (number * 0xD1342543DE82EF95)));
        Draw(ref random, text.AsSpan(1));
    }
}
