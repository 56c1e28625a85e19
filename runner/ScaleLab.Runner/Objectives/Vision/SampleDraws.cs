using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>The random numbers of a batch, a stream for each sample by its number: neither batch size nor a resume changes what is drawn.</summary>
/// <param name="key">Of the run, or of the held-out set.</param>
/// <param name="first">Number of the first sample.</param>
/// <param name="count">Samples.</param>
internal readonly struct SampleDraws(ulong key, long first, int count)
{
    // Any odd constants: they set masks apart from views, and batches from samples. Of number 0 the two streams are one; no method draws from both.
    private const ulong OfSample = 0xD1342543DE82EF95;
    private const ulong OfBatch = 0xA0761D6478BD642F;

    public int Count => count;

    /// <summary>The stream of sample <paramref name="i"/> of this batch.</summary>
    public SplitMix64 this[int i] => new(SplitMix64.Mix(key ^ unchecked((ulong)(first + i) * OfSample)));

    /// <summary>The stream of what is drawn once for the whole batch.</summary>
    public SplitMix64 Batch => new(SplitMix64.Mix(key ^ unchecked((ulong)first * OfBatch)));

    /// <summary>A permutation of 0 … length − 1 for each sample, by sorting uniform numbers.</summary>
    /// <returns>Sample after sample, count · length numbers.</returns>
    public long[] Permutations(int length)
    {
        var order = new long[count * length];
        var noise = new ulong[length];
        for (var i = 0; i < count; i++)
        {
            var stream = this[i];
            var row = order.AsSpan(i * length, length);
            for (var j = 0; j < length; j++)
            {
                (row[j], noise[j]) = (j, stream.Next());
            }

            noise.AsSpan().Sort(row);
        }

        return order;
    }
}
