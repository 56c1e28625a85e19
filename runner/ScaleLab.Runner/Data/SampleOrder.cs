using System.Numerics;
using System.Runtime.CompilerServices;

namespace ScaleLab.Runner.Data;

/// <summary>
/// The order in which a run reads its training windows: every epoch is a permutation of all windows, keyed by seed and epoch.
/// The window of a sample depends on its number alone, so neither batch size nor a resume changes what is read.
/// </summary>
/// <remarks>
/// A balanced Feistel network of eight rounds permutes [0, 4^h), the smallest such range that holds all windows; results outside
/// are fed back until one falls inside (cycle walking, Black and Rogaway 2002, "Ciphers with arbitrary finite domains"), in less than
/// four turns on average. A bijection by construction, without tables, and in integers alone.
/// </remarks>
internal readonly struct SampleOrder
{
    private readonly long _windows;
    private readonly int _seed;
    private readonly int _half;

    /// <param name="windows">Windows of one epoch, at least 1.</param>
    /// <param name="seed">Any number.</param>
    public SampleOrder(long windows, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        (_windows, _seed) = (windows, seed);
        _half = Math.Max(1, (65 - BitOperations.LeadingZeroCount((ulong)(windows - 1))) / 2);
    }

    /// <summary>The window that sample number <paramref name="sample"/> reads; samples are counted from 0 over the whole run.</summary>
    public long this[long sample]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sample);
            var (epoch, index) = Math.DivRem(sample, _windows);
            return Permute(index, epoch);
        }
    }

    private long Permute(long index, long epoch)
    {
        var keys = new RoundKeys();
        var stream = new SplitMix64(SplitMix64.Mix((ulong)_seed) + (ulong)epoch);
        foreach (ref var key in (Span<ulong>)keys)
        {
            key = stream.Next();
        }

        var window = (ulong)index;
        do
        {
            window = Encrypt(window, keys);
        }
        while (window >= (ulong)_windows);
        return (long)window;
    }

    private ulong Encrypt(ulong index, ReadOnlySpan<ulong> keys)
    {
        var mask = (1UL << _half) - 1;
        var (left, right) = (index >> _half, index & mask);
        foreach (var key in keys)
        {
            (left, right) = (right, left ^ (SplitMix64.Mix(right ^ key) & mask));
        }

        return (left << _half) | right;
    }

    [InlineArray(8)]
    private struct RoundKeys
    {
        private ulong _first;
    }
}
