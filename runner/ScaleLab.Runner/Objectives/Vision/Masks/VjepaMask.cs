using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Objectives.Vision.Masks;

/// <summary>V-JEPA's masks (Bardes et al. 2024, section 3.2): the union of blocks is hidden in all frames. What it has too many of, context or hidden, is left out at random, in all frames too.</summary>
/// <param name="Context">Numbers of the patches that the encoder sees.</param>
/// <param name="Target">Those that are predicted.</param>
internal sealed record VjepaMask(long[] Context, long[] Target)
{
    /// <param name="mask">Its kind.</param>
    /// <param name="grid">Patches along a side.</param>
    /// <param name="steps">Patches along time.</param>
    /// <param name="random">Goes on: one sample draws several.</param>
    public static VjepaMask Draw(TubeMask mask, int grid, int steps, ref SplitMix64 random)
    {
        while (true)
        {
            var size = mask.Block(grid, random.NextDouble());
            var hidden = new HashSet<int>();
            for (var block = 0; block < mask.Blocks; block++)
            {
                hidden.UnionWith(BlockMask.Draw(grid, size, (grid - size.Height + 1, grid - size.Width + 1), ref random));
            }

            var seen = Enumerable.Range(0, grid * grid).Where(p => !hidden.Contains(p)).ToList();
            if (seen.Count >= mask.Context && hidden.Count >= mask.Target)
            {
                return new VjepaMask(
                    Tubes(BlockMask.Some(seen, mask.Context, ref random), grid, steps),
                    Tubes(BlockMask.Some(hidden.Order(), mask.Target, ref random), grid, steps));
            }
        }
    }

    private static long[] Tubes(long[] patches, int grid, int steps) =>
        [.. from step in Enumerable.Range(0, steps) from patch in patches select (step * grid * grid) + patch];
}
