using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Objectives.Vision.Masks;

/// <summary>Rectangles of patches on a square grid, patches numbered row by row.</summary>
internal static class BlockMask
{
    /// <param name="grid">Patches along a side.</param>
    /// <param name="size">Of the block.</param>
    /// <param name="places">Places of its first row and of its first column that are drawn from: grid − side + 1, or fewer.</param>
    /// <param name="random">Decides the place.</param>
    public static IEnumerable<int> Draw(int grid, BlockSize size, (int Rows, int Columns) places, ref SplitMix64 random)
    {
        var (top, left) = (random.Below(places.Rows), random.Below(places.Columns));
        return from row in Enumerable.Range(top, size.Height) from column in Enumerable.Range(left, size.Width) select (row * grid) + column;
    }

    /// <summary>Some of them, drawn at random: any cut that went by position would favour one side of the image.</summary>
    public static long[] Some(IEnumerable<int> patches, int count, ref SplitMix64 random)
    {
        var all = patches.ToArray();
        var some = new long[count];
        for (var i = 0; i < count; i++)
        {
            var j = i + random.Below(all.Length - i);
            (all[i], all[j]) = (all[j], all[i]);
            some[i] = all[i];
        }

        return some;
    }
}
