using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Objectives.Vision.Masks;

/// <summary>BEiT's blockwise masks (Bao et al. 2021, algorithm 1; <c>MaskingGenerator</c> of the released code). Where the last block finds no place, single patches fill up, as in BEiT v2's code.</summary>
internal static class BeitMask
{
    private const int Attempts = 10;
    private const double NarrowestAspect = 0.3;

    /// <returns>Numbers of the masked patches, as many as the shape says.</returns>
    public static long[] Draw(BeitShape shape, SplitMix64 random)
    {
        var masked = new HashSet<int>();
        while (masked.Count < shape.Masked && Block(shape, masked, ref random))
        {
        }

        var rest = Enumerable.Range(0, shape.Patches).Where(p => !masked.Contains(p));
        return [.. masked.Select(p => (long)p), .. BlockMask.Some(rest, shape.Masked - masked.Count, ref random)];
    }

    private static bool Block(BeitShape shape, HashSet<int> masked, ref SplitMix64 random)
    {
        var left = shape.Masked - masked.Count;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = random.Between(shape.SmallestBlock, left);
            var aspect = Math.Exp(random.Between(Math.Log(NarrowestAspect), -Math.Log(NarrowestAspect)));
            var size = new BlockSize((int)Math.Round(Math.Sqrt(area * aspect)), (int)Math.Round(Math.Sqrt(area / aspect)));
            if (size.Height < shape.Grid && size.Width < shape.Grid)
            {
                var block = BlockMask.Draw(shape.Grid, size, (shape.Grid - size.Height + 1, shape.Grid - size.Width + 1), ref random).Where(p => !masked.Contains(p)).ToList();
                if (block.Count > 0 && block.Count <= left)
                {
                    masked.UnionWith(block);
                    return true;
                }
            }
        }

        return false;
    }
}
