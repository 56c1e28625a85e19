using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data;

/// <summary>
/// Cuts a text into equal blocks and holds some of them out: blocks drawn over the whole text, not its end,
/// so that both parts have one distribution.
/// </summary>
internal sealed class BlockSplit
{
    private const int MaximumHeldOut = 64;

    // At most one block in twenty is held out, and a standard error needs two.
    private const int MinimumBlocks = 40;

    private const int Seed = 0;

    private readonly int _blockBytes;

    private BlockSplit(int blockBytes, long[] heldOut)
    {
        _blockBytes = blockBytes;
        HeldOut = heldOut;
    }

    /// <summary>Numbers of the held-out blocks, in the random order in which they are stored: the first k are a fair sample.</summary>
    public IReadOnlyList<long> HeldOut { get; }

    /// <param name="bytes">Size of the whole; what is left over after the last whole block is trained on.</param>
    /// <param name="blockBytes">Size of a block.</param>
    /// <exception cref="InputException">There is too little to split.</exception>
    public static BlockSplit Of(long bytes, int blockBytes)
    {
        var blocks = bytes / blockBytes;
        if (blocks < MinimumBlocks)
        {
            throw new InputException($"the text is too small: {blocks} blocks where at least {MinimumBlocks} are needed (some {MinimumBlocks * 4} KiB of text)");
        }

        var order = new SampleOrder(blocks, Seed);
        return new BlockSplit(blockBytes, [.. Enumerable.Range(0, (int)Math.Min(MaximumHeldOut, blocks / 20)).Select(i => order[i])]);
    }

    public ReadOnlySpan<byte> Block(ReadOnlySpan<byte> text, long block) => text.Slice(checked((int)(block * _blockBytes)), _blockBytes);

    /// <summary>What lies between the held-out blocks, in the original order.</summary>
    public IEnumerable<Range> TrainRanges(int length)
    {
        var start = 0;
        foreach (var block in HeldOut.Order())
        {
            var end = checked((int)(block * _blockBytes));
            if (end > start)
            {
                yield return start..end;
            }

            start = end + _blockBytes;
        }

        if (length > start)
        {
            yield return start..length;
        }
    }
}
